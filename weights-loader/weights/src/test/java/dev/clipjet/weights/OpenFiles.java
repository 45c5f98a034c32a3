package dev.clipjet.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The files that this process has open or mapped, where the system lists them. */
public final class OpenFiles {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path MAPPINGS = Path.of("/proc/self/maps");

    private OpenFiles() {}

    public static boolean areListed() {
        return Files.exists(DESCRIPTORS) && Files.exists(MAPPINGS);
    }

    /** Those in a folder. */
    public static List<String> under(Path folder) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(DESCRIPTORS)) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                try {
                    found.add(Files.readSymbolicLink(entry).toString());
                } catch (NoSuchFileException closedMeanwhile) {
                    continue;
                }
            }
        }
        found.addAll(Files.readAllLines(MAPPINGS));
        return found.stream().filter(name -> name.contains(folder.toString())).toList();
    }
}
