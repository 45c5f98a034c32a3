package dev.clipjet.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputFilesTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private Path file(int bytes) throws IOException {
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return Files.write(folder.resolve("file-" + bytes), content);
    }

    private Path pipe() throws Exception {
        Path pipe = folder.resolve("pipe");
        Process made;
        try {
            made = new ProcessBuilder("mkfifo", pipe.toString()).start();
        } catch (IOException e) {
            assumeTrue(false, "this machine has no mkfifo");
            throw e;
        }
        assertEquals(0, made.waitFor());
        return pipe;
    }

    private static void assertRefused(Path file, String what) {
        assertTimeoutPreemptively(SOON, () -> {
            assertEquals(
                    what,
                    assertThrows(NotRegularFileException.class, () -> InputFiles.read(file, 100))
                            .problem());
            assertThrows(NotRegularFileException.class, () -> InputFiles.size(file));
            assertThrows(NotRegularFileException.class, () -> InputFiles.stream(file, 100));
            assertThrows(NotRegularFileException.class, () -> InputFiles.channel(file));
        });
    }

    @Test
    void aPipeIsRefusedAndNotWaitedFor() throws Exception {
        assertRefused(pipe(), "is a pipe, device or socket, not a regular file");
    }

    @Test
    void aLinkToAPipeIsAPipe() throws Exception {
        assertRefused(
                Files.createSymbolicLink(folder.resolve("link"), pipe()),
                "is a pipe, device or socket, not a regular file");
    }

    @Test
    void aDeviceIsRefused() {
        assumeTrue(Files.exists(Path.of("/dev/zero")));
        assertRefused(Path.of("/dev/zero"), "is a pipe, device or socket, not a regular file");
    }

    @Test
    void aDirectoryIsRefused() {
        assertRefused(folder, "is a directory, not a regular file");
    }

    @Test
    void nothingIsNotFound() {
        assertThrows(NoSuchFileException.class, () -> InputFiles.read(folder.resolve("none"), 100));
    }

    @Test
    void aLinkToAFileIsRead() throws IOException {
        Path file = file(100);
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertArrayEquals(Files.readAllBytes(file), InputFiles.read(link, 100));
    }

    @Test
    void aFileOfExactlyTheLimitIsReadAndOneByteMoreIsRefused() throws IOException {
        for (int bytes : new int[] {0, 1, 100, 8192, 100_000}) {
            Path file = file(bytes);
            byte[] expected = Files.readAllBytes(file);
            assertArrayEquals(expected, InputFiles.read(file, bytes));
            try (InputStream in = InputFiles.stream(file, bytes)) {
                assertArrayEquals(expected, in.readAllBytes());
            }
            try (FileChannel channel = InputFiles.channel(file)) {
                assertEquals(bytes, channel.size());
            }
            if (bytes > 0) {
                FileTooLargeException e =
                        assertThrows(FileTooLargeException.class, () -> InputFiles.read(file, bytes - 1));
                assertEquals("has " + bytes + " bytes, more than the " + (bytes - 1) + " allowed", e.problem());
                assertThrows(FileTooLargeException.class, () -> InputFiles.stream(file, bytes - 1));
            }
        }
    }

    /** Files of /proc say that they are empty. */
    @Test
    void aFileThatReportsNoSizeIsReadToItsEndOrTheLimit() throws IOException {
        Path file = Path.of("/proc/self/status");
        assumeTrue(Files.isRegularFile(file));
        assertEquals(0, InputFiles.size(file));
        assertTrue(InputFiles.read(file, 1 << 20).length > 100);
        assertThrows(FileTooLargeException.class, () -> InputFiles.read(file, 100));
        try (InputStream in = InputFiles.stream(file, 100)) {
            assertThrows(FileTooLargeException.class, in::readAllBytes);
        }
    }

    @Test
    void aStreamThatIsSkippedCountsWhatItSkips() throws IOException {
        Path file = Path.of("/proc/self/status");
        assumeTrue(Files.isRegularFile(file));
        try (InputStream in = InputFiles.stream(file, 100)) {
            assertThrows(FileTooLargeException.class, () -> {
                while (in.skip(10) > 0) {
                    // Until the limit.
                }
            });
        }
    }
}
