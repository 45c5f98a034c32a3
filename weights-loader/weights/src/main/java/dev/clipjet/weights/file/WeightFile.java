package dev.clipjet.weights.file;

import dev.clipjet.error.ClosedException;
import dev.clipjet.error.FileChangedException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.input.InputFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A file of weights, open for reading. Bytes are copied out of it and never mapped: a mapping of a file that somebody
 * cuts off ends the process when native code reads it, and a read does not.
 *
 * <p>After every read the file's size and time are compared with those at opening; bytes of a file that was written to
 * meanwhile are not given out. A file that was deleted, or replaced by another under its name, stays as it was for who
 * has it open, and is read on.
 *
 * <p>An interrupt of a reading thread closes a {@link FileChannel} for all threads. Here the file is opened again then,
 * and the thread goes on and keeps its mark.
 */
public final class WeightFile implements ByteSource {
    /** Read at once into a buffer on the heap, for which the JDK keeps a buffer of the same size off the heap. */
    private static final int HEAP_PIECE = 1 << 18;

    /** Longer than the steps in which file systems of today take times from the kernel's clock: 10 ms at most. */
    private static final long TIME_STEP_MILLIS = 20;

    private final Path path;
    private final Path absolute;
    private final FileState opened;
    private FileChannel current;
    private boolean closed;

    private WeightFile(Path path, Path absolute, FileState opened, FileChannel channel) {
        this.path = path;
        this.absolute = absolute;
        this.opened = opened;
        this.current = channel;
    }

    /**
     * Opens a file.
     *
     * @throws ModelFormatException {@code MISSING} if it cannot be read or is no regular file
     * @throws FileChangedException if it is being written to
     */
    public static WeightFile open(Path path) {
        Path absolute = path.toAbsolutePath();
        FileChannel channel = null;
        boolean complete = false;
        try {
            FileState state = settled(absolute);
            if (!state.isRegular()) {
                throw new ModelFormatException(Kind.MISSING, path, "", "is no regular file");
            }
            channel = InputFiles.channel(absolute);
            checkSame(path, state, FileState.of(absolute));
            WeightFile file = new WeightFile(path, absolute, state, channel);
            complete = true;
            return file;
        } catch (NoSuchFileException e) {
            throw new ModelFormatException(Kind.MISSING, path, "", "no such file", e);
        } catch (IOException e) {
            throw unreadable(path, e);
        } finally {
            if (!complete && channel != null) {
                close(channel);
            }
        }
    }

    /**
     * The state of a file whose time will tell a later change. The system's times advance in steps, so that of a file that was
     * written to a moment ago would not; that moment is waited for.
     */
    private static FileState settled(Path file) throws IOException {
        FileState state = FileState.of(file);
        long age = System.currentTimeMillis() - state.modified().toMillis();
        if (age < 0 || age >= TIME_STEP_MILLIS) {
            return state;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(TIME_STEP_MILLIS - age));
        return FileState.of(file);
    }

    @Override
    public Path path() {
        return path;
    }

    /** Bytes of the file when it was opened. */
    @Override
    public long size() {
        return opened.bytes();
    }

    @Override
    public void read(long position, ByteBuffer target) {
        if (position < 0 || target.remaining() > opened.bytes() - position) {
            throw new IndexOutOfBoundsException(target.remaining() + " bytes at " + position + " of " + opened.bytes());
        }
        boolean interrupted = Thread.interrupted();
        try {
            FileChannel channel = channel();
            while (true) {
                try {
                    fill(channel, position, target.duplicate());
                    checkUnchanged(channel);
                    target.position(target.limit());
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                    channel = reopened(channel);
                } catch (ClosedChannelException e) {
                    channel = reopened(channel);
                }
            }
        } catch (IOException e) {
            throw unreadable(path, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void fill(FileChannel channel, long position, ByteBuffer target) throws IOException {
        int limit = target.limit();
        long at = position;
        while (target.position() < limit) {
            target.limit(target.isDirect() ? limit : Math.min(limit, target.position() + HEAP_PIECE));
            int count = channel.read(target, at);
            if (count < 0) {
                FileState found = atPath();
                throw changed(
                        channel.size(), found == null ? null : found.modified().toInstant());
            }
            at += count;
        }
    }

    private void checkUnchanged(FileChannel channel) throws IOException {
        FileState found = atPath();
        if (found != null && Objects.equals(found.key(), opened.key())) {
            checkSame(path, opened, found);
        } else if (channel.size() != opened.bytes()) {
            throw changed(channel.size(), null);
        }
    }

    /** What is there under the file's name; null for nothing. */
    private FileState atPath() throws IOException {
        try {
            return FileState.of(absolute);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static void checkSame(Path path, FileState expected, FileState found) {
        if (!found.equals(expected)) {
            throw new FileChangedException(
                    path,
                    expected.bytes(),
                    expected.modified().toInstant(),
                    found.bytes(),
                    found.modified().toInstant());
        }
    }

    private FileChangedException changed(long bytes, Instant modified) {
        return new FileChangedException(path, opened.bytes(), opened.modified().toInstant(), bytes, modified);
    }

    private synchronized FileChannel channel() {
        if (closed) {
            throw new ClosedException(path.toString());
        }
        return current;
    }

    /** A channel in place of one that an interrupt closed. */
    private synchronized FileChannel reopened(FileChannel gone) throws IOException {
        if (closed) {
            throw new ClosedException(path.toString());
        }
        if (current == gone) {
            FileChannel channel = InputFiles.channel(absolute);
            boolean same = false;
            try {
                checkSame(path, opened, FileState.of(absolute));
                same = true;
            } finally {
                if (!same) {
                    close(channel);
                }
            }
            current = channel;
        }
        return current;
    }

    private static ModelFormatException unreadable(Path path, IOException e) {
        return new ModelFormatException(Kind.MISSING, path, "", "cannot be read: " + e.getMessage(), e);
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            close(current);
        }
    }
}
