package dev.clipjet.kernels.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import jcuda.driver.JCudaDriver;

/**
 * Loads the native part of the binding. The binding unpacks it to a path in {@code java.io.tmpdir} that anyone can
 * predict, and takes whatever file is already there; so the property points to a directory that only this user can
 * write to while that happens.
 */
final class DriverBinding {
    private static final String TEMPORARY_DIRECTORY = "java.io.tmpdir";

    private DriverBinding() {}

    /** @throws LinkageError if the native part, or the driver that it needs, cannot be loaded */
    static synchronized void load() {
        String shared = System.getProperty(TEMPORARY_DIRECTORY);
        Path own;
        try {
            own = Files.createTempDirectory("clipjet-cuda-");
        } catch (IOException e) {
            throw new UnsatisfiedLinkError("no private directory can be made in " + shared + ": " + e.getMessage());
        }
        try {
            System.setProperty(TEMPORARY_DIRECTORY, own.toString());
            JCudaDriver.setExceptionsEnabled(false);
        } finally {
            System.setProperty(TEMPORARY_DIRECTORY, shared);
            delete(own);
        }
    }

    /** A loaded library needs its file no more, except on Windows, where it stays until the JVM ends. */
    private static void delete(Path directory) {
        try (Stream<Path> tree = Files.walk(directory)) {
            List<Path> paths = tree.sorted(Comparator.reverseOrder()).toList();
            for (Path path : paths) {
                if (!path.toFile().delete()) {
                    path.toFile().deleteOnExit();
                }
            }
        } catch (IOException e) {
            directory.toFile().deleteOnExit();
        }
    }
}
