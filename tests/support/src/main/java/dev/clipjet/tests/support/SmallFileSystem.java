package dev.clipjet.tests.support;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A file system in memory that is soon full, or that nobody may write to; only root on Linux can have it. */
public final class SmallFileSystem implements AutoCloseable {
    private final Path mountPoint;

    private SmallFileSystem(Path mountPoint) {
        this.mountPoint = mountPoint;
    }

    /**
     * Mounts one; the test is skipped where that is not allowed.
     *
     * @param options of {@code mount -o}
     */
    public static SmallFileSystem mount(Path parent, String options) throws IOException, InterruptedException {
        Path mountPoint = Files.createDirectory(parent.resolve("small"));
        if (run("mount", "-t", "tmpfs", "-o", options, "clipjet-test", mountPoint.toString()) != 0) {
            abort("SKIPPED: a tmpfs cannot be mounted here (that takes root on Linux)");
        }
        return new SmallFileSystem(mountPoint);
    }

    public Path path() {
        return mountPoint;
    }

    /** From now on, nothing can be written. */
    public void makeReadOnly() throws IOException, InterruptedException {
        succeed("mount", "-o", "remount,ro", mountPoint.toString());
    }

    private static void succeed(String... command) throws IOException, InterruptedException {
        if (run(command) != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(1, TimeUnit.MINUTES) ? process.exitValue() : -1;
        } catch (IOException noSuchProgram) {
            return -1;
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        succeed("umount", mountPoint.toString());
    }
}
