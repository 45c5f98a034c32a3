package dev.clipjet.weights.torch;

import dev.clipjet.error.ClosedException;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.files.Existing;
import dev.clipjet.files.OutputFile;
import dev.clipjet.files.ProtectedFiles;
import dev.clipjet.weights.safetensors.SafetensorsWriter.Declaration;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Writes a state dict as {@code torch.save} does: a zip archive with a pickle and one uncompressed entry for each tensor.
 * The bytes follow in the order in which the tensors were declared, so that nothing is held back. The file appears under
 * its name in one step when {@link #finish} finds it complete; {@link #close} without that leaves nothing behind.
 */
public final class TorchWriter implements AutoCloseable {
    private static final String FOLDER = "archive/";

    private final Path file;
    private final OutputFile output;
    private final List<Declaration> tensors;
    private final List<ZipRecords.Entry> entries = new ArrayList<>();
    private int next;
    private long header;
    private long position;
    private long written;
    private CRC32 crc = new CRC32();

    private TorchWriter(Path file, OutputFile output, List<Declaration> tensors) {
        this.file = file;
        this.output = output;
        this.tensors = tensors;
    }

    /**
     * Begins a file.
     *
     * @throws InvalidInputException if two tensors have one name, or torch lacks an element type
     * @throws java.nio.file.FileAlreadyExistsException if the file is there
     * @throws IOException if the file cannot be created
     */
    public static TorchWriter create(Path file, List<Declaration> tensors) throws IOException {
        StateDictPickle pickle = new StateDictPickle();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < tensors.size(); i++) {
            Declaration tensor = tensors.get(i);
            if (!names.add(tensor.name())) {
                throw new InvalidInputException("two tensors have the name " + tensor.name());
            }
            pickle.tensor(tensor.name(), tensor.dtype(), tensor.shape(), Integer.toString(i));
        }
        OutputFile output = OutputFile.create(file, Existing.REFUSE, ProtectedFiles.none());
        TorchWriter writer = new TorchWriter(file, output, List.copyOf(tensors));
        boolean begun = false;
        try {
            writer.entry("data.pkl", pickle.finish());
            writer.entry("byteorder", "little".getBytes(StandardCharsets.US_ASCII));
            writer.beginTensor();
            begun = true;
            return writer;
        } finally {
            if (!begun) {
                writer.close();
            }
        }
    }

    private void entry(String name, byte[] content) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(content);
        ZipRecords.Entry entry = new ZipRecords.Entry(FOLDER + name, position, content.length, sum.getValue());
        entries.add(entry);
        position += writeFully(ZipRecords.local(entry), position);
        position += writeFully(ByteBuffer.wrap(content), position);
    }

    private ZipRecords.Entry currentEntry() {
        return new ZipRecords.Entry(
                FOLDER + "data/" + next, header, tensors.get(next).bytes(), crc.getValue());
    }

    /** Leaves room for the header, which holds the checksum of what follows; tensors without elements are passed. */
    private void beginTensor() throws IOException {
        while (next < tensors.size()) {
            header = position;
            crc = new CRC32();
            written = 0;
            position += ZipRecords.localBytes(currentEntry());
            if (tensors.get(next).bytes() > 0) {
                return;
            }
            endTensor();
        }
    }

    private void endTensor() throws IOException {
        ZipRecords.Entry entry = currentEntry();
        entries.add(entry);
        writeFully(ZipRecords.local(entry), entry.header());
        next++;
    }

    /**
     * Writes the remaining bytes of {@code data} behind what was written before.
     *
     * @param tensor the first declared tensor that is not complete
     * @param offset how much of it was written, in bytes
     * @param data little endian
     * @throws InvalidInputException if it is another tensor's turn, or it has no such range
     * @throws ClosedException after {@link #finish} or {@link #close}
     */
    public void write(String tensor, long offset, ByteBuffer data) throws IOException {
        checkOpen();
        if (next == tensors.size() || !tensors.get(next).name().equals(tensor) || offset != written) {
            throw new InvalidInputException(file + ": byte " + offset + " of \"" + tensor + "\" is not what follows: "
                    + (next == tensors.size()
                            ? "all tensors are complete"
                            : "byte " + written + " of \"" + tensors.get(next).name() + "\" is"));
        }
        long bytes = tensors.get(next).bytes();
        if (data.remaining() > bytes - written) {
            throw new InvalidInputException(file + ": tensor \"" + tensor + "\" has " + bytes + " bytes, no room for "
                    + data.remaining() + " at " + offset);
        }
        crc.update(data.duplicate());
        int length = writeFully(data, position);
        position += length;
        written += length;
        if (written == bytes) {
            endTensor();
            beginTensor();
        }
    }

    private int writeFully(ByteBuffer data, long at) throws IOException {
        int length = data.remaining();
        output.write(data, at);
        return length;
    }

    /**
     * Completes the file and gives it its name.
     *
     * @throws InvalidInputException if bytes are missing; the message names the tensor
     */
    public void finish() throws IOException {
        checkOpen();
        if (next < tensors.size()) {
            Declaration tensor = tensors.get(next);
            throw new InvalidInputException(file + ": tensor \"" + tensor.name() + "\" has " + tensor.bytes()
                    + " bytes, " + written + " were written");
        }
        entry("version", "3\n".getBytes(StandardCharsets.US_ASCII));
        writeFully(ZipRecords.directory(entries, position), position);
        output.commit();
    }

    private void checkOpen() {
        if (!output.isOpen()) {
            throw new ClosedException("the writer of " + file);
        }
    }

    /** Gives up the file unless {@link #finish} was called. */
    @Override
    public void close() throws IOException {
        output.close();
    }
}
