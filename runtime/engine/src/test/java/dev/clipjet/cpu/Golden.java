package dev.clipjet.cpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The folder of reference data. Tests that need it are skipped, loudly, where it is missing. */
final class Golden {
    private Golden() {}

    static Path root() {
        Path root = Path.of(System.getProperty("clipjet.golden", "golden"));
        if (!Files.isDirectory(root)) {
            System.err.println("SKIPPED: no reference data at " + root.toAbsolutePath()
                    + "; set -Dclipjet.golden to compare with the original libraries");
            Assumptions.abort("no reference data at " + root.toAbsolutePath());
        }
        return root;
    }

    /** Names of the folders that begin with a prefix and hold one of the given files. */
    static List<String> directories(String prefix, String... files) {
        try (Stream<Path> all = Files.list(root())) {
            return all.filter(path -> path.getFileName().toString().startsWith(prefix))
                    .filter(path -> Stream.of(files).anyMatch(file -> Files.exists(path.resolve(file))))
                    .map(path -> path.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
