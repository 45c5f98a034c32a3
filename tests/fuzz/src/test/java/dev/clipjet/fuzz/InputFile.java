package dev.clipjet.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A directory of this process that inputs are written to, in memory where the system has such a place. */
final class InputFile {
    private static final Path MEMORY = Path.of("/dev/shm");

    private InputFile() {}

    static Path directory() {
        try {
            Path directory = Files.isWritable(MEMORY)
                    ? Files.createTempDirectory(MEMORY, "clipjet-fuzz")
                    : Files.createTempDirectory("clipjet-fuzz");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try (var files = Files.list(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path write(Path directory, String name, byte[] bytes, int from, int to) {
        try {
            return Files.write(directory.resolve(name), Arrays.copyOfRange(bytes, from, to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
