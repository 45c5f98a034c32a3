package dev.clipjet.fuzz;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Runs every file of some folders through a target, without the fuzzer and its hooks: {@code Replay CLASS FOLDER...}. */
public final class Replay {
    private Replay() {}

    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        Method target = Class.forName(args[0]).getMethod("fuzzerTestOneInput", byte[].class);
        int inputs = 0;
        int failures = 0;
        for (String folder : List.of(args).subList(1, args.length)) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                    inputs++;
                    try {
                        target.invoke(null, (Object) Files.readAllBytes(file));
                    } catch (InvocationTargetException e) {
                        failures++;
                        System.out.println(file + ": " + e.getCause());
                    }
                }
            }
        }
        System.out.printf(
                "%s: %d inputs, %d failures, at most %.0f bytes for a byte beyond the constant%n",
                args[0], inputs, failures, Bounds.worst());
        System.exit(failures == 0 ? 0 : 1);
    }
}
