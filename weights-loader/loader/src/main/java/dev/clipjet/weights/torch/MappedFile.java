package dev.clipjet.weights.torch;

import dev.clipjet.error.ClosedException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.input.InputFiles;
import dev.clipjet.memory.MappedRegion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A file of any size, mapped into memory piece by piece. A buffer spans nearly 2 GiB at most, so windows of that size
 * begin at every multiple of 1 GiB: whatever is at most 1 GiB long lies within one, longer runs get a window of their
 * own. Thread-safe.
 */
final class MappedFile implements AutoCloseable {
    private static final long STEP = 1L << 30;

    private final Path path;
    private final long size;
    private final Map<Long, MappedRegion> windows = new HashMap<>();
    private final List<MappedRegion> own = new ArrayList<>();
    private FileChannel channel;

    private MappedFile(Path path, FileChannel channel, long size) {
        this.path = path;
        this.channel = channel;
        this.size = size;
    }

    /**
     * Opens a file.
     *
     * @throws ModelFormatException {@code MISSING} if it cannot be read
     */
    static MappedFile open(Path path) {
        FileChannel channel = null;
        boolean opened = false;
        try {
            channel = InputFiles.channel(path);
            MappedFile file = new MappedFile(path, channel, channel.size());
            opened = true;
            return file;
        } catch (NoSuchFileException e) {
            throw new ModelFormatException(Kind.MISSING, path, "", "no such file", e);
        } catch (IOException e) {
            throw unreadable(path, e);
        } finally {
            if (!opened && channel != null) {
                closeQuietly(channel);
            }
        }
    }

    Path path() {
        return path;
    }

    /** Bytes of the file when it was opened. */
    long size() {
        return size;
    }

    /**
     * A range of the file, read-only and little endian. The caller has checked that it lies inside.
     *
     * @throws ClosedException after {@link #close}
     */
    synchronized ByteBuffer slice(long position, int length) {
        if (channel == null) {
            throw new ClosedException(path.toString());
        }
        if (position < 0 || length < 0 || length > size - position) {
            throw new IndexOutOfBoundsException(length + " bytes at " + position + " of " + size);
        }
        if (length == 0) {
            return ByteBuffer.allocateDirect(0).asReadOnlyBuffer();
        }
        try {
            long base = position / STEP * STEP;
            if (position - base + length > MappedRegion.MOST_BYTES) {
                MappedRegion region = MappedRegion.map(path.toString(), channel, position, length);
                own.add(region);
                return region.slice(0, length);
            }
            MappedRegion region = windows.get(base);
            if (region == null) {
                int window = (int) Math.min(MappedRegion.MOST_BYTES, size - base);
                region = MappedRegion.map(path.toString(), channel, base, window);
                windows.put(base, region);
            }
            return region.slice((int) (position - base), length);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private static ModelFormatException unreadable(Path path, IOException e) {
        return new ModelFormatException(Kind.MISSING, path, "", "cannot be read: " + e.getMessage(), e);
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Unmaps the file. Closing again has no effect. */
    @Override
    public synchronized void close() {
        FileChannel closing = channel;
        channel = null;
        if (closing != null) {
            windows.values().forEach(MappedRegion::close);
            own.forEach(MappedRegion::close);
            closeQuietly(closing);
        }
    }
}
