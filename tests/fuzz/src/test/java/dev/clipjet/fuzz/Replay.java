package dev.clipjet.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Runs every file of some folders through a target, without the fuzzer and its hooks: {@code Replay TARGET FOLDER...}. */
public final class Replay {
    private Replay() {}

    public static void main(String[] args) throws IOException {
        Consumer<byte[]> target = Targets.of(args[0]).runner();
        int inputs = 0;
        int failures = 0;
        for (String folder : List.of(args).subList(1, args.length)) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                    inputs++;
                    try {
                        target.accept(Files.readAllBytes(file));
                    } catch (RuntimeException | Error e) {
                        failures++;
                        System.out.println(file + ": " + e);
                    }
                }
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%s: %d inputs, %d failures, longest %.3f s, at most %.0f bytes for a byte beyond the constant%n",
                args[0],
                inputs,
                failures,
                Bounds.worstNanos() / 1e9,
                Bounds.worstBytes());
        System.exit(failures == 0 ? 0 : 1);
    }
}
