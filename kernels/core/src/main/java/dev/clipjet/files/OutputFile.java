package dev.clipjet.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A file that is written. It grows under a name of its own beside the destination, created by this process and for it alone, and
 * gets its name in one step in {@link #commit}, when it is on the disk. Closed before that, or when the process ends, it leaves
 * nothing behind. Positioned writes may come from any thread.
 */
public final class OutputFile implements AutoCloseable {
    private final Path destination;
    private final Existing existing;
    private final ProtectedFiles inputs;
    private final Path partial;
    private final FileChannel channel;

    private OutputFile(Path destination, Existing existing, ProtectedFiles inputs, Path partial, FileChannel channel) {
        this.destination = destination;
        this.existing = existing;
        this.inputs = inputs;
        this.partial = partial;
        this.channel = channel;
    }

    /**
     * Begins a file.
     *
     * @param inputs what must not be replaced, whatever {@code existing} says
     * @throws java.nio.file.FileAlreadyExistsException if it is there and is to stay
     * @throws OutputFailedException if it cannot be created, is an input, or is no regular file
     */
    public static OutputFile create(Path destination, Existing existing, ProtectedFiles inputs) throws IOException {
        check(destination, existing, inputs);
        Path folder = destination.toAbsolutePath().getParent();
        if (folder == null) {
            throw new OutputFailedException(destination, "is no name of a file");
        }
        try {
            Unfinished.Opened opened = Unfinished.create(folder);
            return new OutputFile(destination, existing, inputs, opened.path(), opened.channel());
        } catch (IOException e) {
            throw OutputFailedException.of(destination, e);
        }
    }

    /** A file that must be new. */
    public static OutputFile create(Path destination) throws IOException {
        return create(destination, Existing.REFUSE, ProtectedFiles.none());
    }

    /**
     * Checks that a file may be written, for commands that work long before they write.
     *
     * @throws java.nio.file.FileAlreadyExistsException if it is there and is to stay
     * @throws OutputFailedException if it is an input or no regular file
     */
    public static void check(Path destination, Existing existing, ProtectedFiles inputs) throws IOException {
        Publication.checkFile(destination, existing, inputs);
    }

    /** Writes a whole file. */
    public static void write(Path destination, byte[] content, Existing existing, ProtectedFiles inputs)
            throws IOException {
        try (OutputFile file = create(destination, existing, inputs)) {
            file.write(ByteBuffer.wrap(content));
            file.commit();
        }
    }

    /** Whether it was neither committed nor closed. */
    public boolean isOpen() {
        return channel.isOpen();
    }

    /** Writes all that remains in {@code data} behind what was written this way before. */
    public void write(ByteBuffer data) throws IOException {
        try {
            while (data.hasRemaining()) {
                channel.write(data);
            }
        } catch (IOException e) {
            throw OutputFailedException.of(destination, e);
        }
    }

    /** Writes all that remains in {@code data} at a position in bytes. */
    public void write(ByteBuffer data, long position) throws IOException {
        long at = position;
        try {
            while (data.hasRemaining()) {
                at += channel.write(data, at);
            }
        } catch (IOException e) {
            throw OutputFailedException.of(destination, e);
        }
    }

    /** Writes as a stream; closing it changes nothing. */
    public OutputStream stream() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                OutputFile.this.write(ByteBuffer.wrap(bytes, offset, length));
            }
        };
    }

    /**
     * Brings the content to the disk and gives it its name.
     *
     * @throws java.nio.file.FileAlreadyExistsException if the name was taken in the meantime and is to stay
     */
    public void commit() throws IOException {
        try {
            channel.force(true);
            channel.close();
        } catch (IOException e) {
            throw OutputFailedException.of(destination, e);
        }
        check(destination, existing, inputs);
        try {
            Publication.publish(partial, destination, existing);
        } catch (java.nio.file.FileAlreadyExistsException e) {
            throw e;
        } catch (IOException e) {
            throw OutputFailedException.of(destination, e);
        }
        Unfinished.finished(partial);
        Publication.syncFolder(destination.toAbsolutePath().getParent());
    }

    /** Removes what was written, unless it was committed. */
    @Override
    public void close() throws IOException {
        channel.close();
        Unfinished.delete(partial);
    }
}
