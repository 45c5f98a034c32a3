package dev.clipjet.kernels.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Loads native parts of JCuda. JCuda unpacks them to a path in {@code java.io.tmpdir} that anyone can predict, and takes whatever
 * file is already there; so the property points to a directory that only this user can write to while that happens.
 */
public final class PrivateNatives {
    private static final String TEMPORARY_DIRECTORY = "java.io.tmpdir";

    private PrivateNatives() {}

    /**
     * Runs what makes JCuda load a native part.
     *
     * @throws LinkageError if the native part, or a library that it needs, cannot be loaded
     */
    public static synchronized void load(Runnable trigger) {
        String shared = System.getProperty(TEMPORARY_DIRECTORY);
        Path own;
        try {
            own = Files.createTempDirectory("clipjet-natives-");
        } catch (IOException e) {
            throw new UnsatisfiedLinkError("no private directory can be made in " + shared + ": " + e.getMessage());
        }
        try {
            System.setProperty(TEMPORARY_DIRECTORY, own.toString());
            trigger.run();
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
