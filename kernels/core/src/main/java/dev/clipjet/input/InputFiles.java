package dev.clipjet.input;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;

/**
 * The one way in which files are opened that are parsed. A pipe would wait for a writer that never comes and a device
 * may have no end, so only regular files are opened (links to them are followed), and no call reads more than it was told,
 * whatever size the file system reports: the files of {@code /proc} report none, others grow while they are read.
 *
 * <p>The kind of a file is looked up before it is opened; a file that is replaced by a pipe between the two is not noticed.
 */
public final class InputFiles {
    /** The longest array that every JVM allocates. */
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

    private static final int FIRST_BYTES = 8192;

    private InputFiles() {}

    /**
     * Size of a regular file in bytes, as the file system reports it.
     *
     * @throws NotRegularFileException if it is something else
     * @throws java.nio.file.NoSuchFileException if there is none
     */
    public static long size(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new NotRegularFileException(
                    file.toString(), attributes.isDirectory() ? "a directory" : "a pipe, device or socket");
        }
        return attributes.size();
    }

    /**
     * The whole content.
     *
     * @param maxBytes longer files are refused; of a file that reports a smaller size than it has, one byte more than this is
     *     read at most
     * @throws FileTooLargeException if the file is longer than {@code maxBytes} or than an array can be
     * @throws NotRegularFileException if it is no regular file
     */
    public static byte[] read(Path file, long maxBytes) throws IOException {
        long size = size(file);
        int limit = (int) Math.min(maxBytes, MAX_ARRAY);
        if (size > limit) {
            throw new FileTooLargeException(file.toString(), Long.toString(size), limit);
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = new byte[(int) size];
            int have = 0;
            while (true) {
                int got = in.readNBytes(bytes, have, bytes.length - have);
                have += got;
                if (have < bytes.length) {
                    return Arrays.copyOf(bytes, have);
                }
                int next = in.read();
                if (next < 0) {
                    return bytes;
                }
                if (have == limit) {
                    throw new FileTooLargeException(file.toString(), "more than " + limit, limit);
                }
                bytes = Arrays.copyOf(bytes, (int) Math.min(limit, Math.max(FIRST_BYTES, 2L * have)));
                bytes[have++] = (byte) next;
            }
        }
    }

    /**
     * A stream over the content, for files that are not held in memory.
     *
     * @param maxBytes longer files are refused, here or by the read that would pass this
     * @throws FileTooLargeException if the file is longer than {@code maxBytes}
     * @throws NotRegularFileException if it is no regular file
     */
    public static InputStream stream(Path file, long maxBytes) throws IOException {
        long size = size(file);
        if (size > maxBytes) {
            throw new FileTooLargeException(file.toString(), Long.toString(size), maxBytes);
        }
        return new Limited(Files.newInputStream(file), file.toString(), maxBytes);
    }

    /**
     * A channel for reading, for files that are mapped.
     *
     * @throws NotRegularFileException if it is no regular file
     */
    public static FileChannel channel(Path file) throws IOException {
        size(file);
        return FileChannel.open(file, StandardOpenOption.READ);
    }

    /** Refuses to deliver more than a number of bytes. */
    private static final class Limited extends FilterInputStream {
        private final String file;
        private final long maxBytes;
        private long left;

        Limited(InputStream in, String file, long maxBytes) {
            super(in);
            this.file = file;
            this.maxBytes = maxBytes;
            this.left = maxBytes;
        }

        @Override
        public int read() throws IOException {
            int b = in.read();
            if (b >= 0) {
                take(1);
            }
            return b;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int got = in.read(bytes, offset, (int) Math.min(length, left + 1));
            if (got > 0) {
                take(got);
            }
            return got;
        }

        @Override
        public long skip(long count) throws IOException {
            // Skipping would ask for the size again, which may be none.
            byte[] passed = new byte[(int) Math.min(Math.max(count, 0), FIRST_BYTES)];
            return Math.max(read(passed, 0, passed.length), 0);
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        private void take(long count) throws IOException {
            left -= count;
            if (left < 0) {
                throw new FileTooLargeException(file, "more than " + maxBytes, maxBytes);
            }
        }
    }
}
