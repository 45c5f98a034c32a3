package dev.clipjet.weights.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.clipjet.error.ClosedException;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.files.Existing;
import dev.clipjet.files.OutputFile;
import dev.clipjet.files.ProtectedFiles;
import dev.clipjet.numeric.ElementType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes a safetensors file piece by piece: all tensors are declared first, then their bytes follow in any order, from
 * any thread. The file appears under its name in one step when {@link #finish} finds it complete; {@link #close} without
 * that leaves nothing behind.
 */
public final class SafetensorsWriter implements AutoCloseable {
    private static final int HEADER_ALIGNMENT = 8;
    private static final JsonFactory JSON = new JsonFactory();

    /** A tensor to be written. */
    public record Declaration(String name, ElementType dtype, List<Long> shape) {
        public Declaration {
            shape = List.copyOf(shape);
        }

        /** Size of the data. */
        public long bytes() {
            return shape.stream().reduce((long) dtype.bytes(), Math::multiplyExact);
        }
    }

    private record Range(long begin, long bytes, AtomicLong written) {}

    private final Path file;
    private final OutputFile output;
    private final Map<String, Range> ranges;

    private SafetensorsWriter(Path file, OutputFile output, Map<String, Range> ranges) {
        this.file = file;
        this.output = output;
        this.ranges = ranges;
    }

    /**
     * Begins a file. As the format's reference implementation does, tensors are laid out by falling size of their
     * elements and then by name.
     *
     * @param metadata goes into the header
     * @throws InvalidInputException if two tensors have one name
     * @throws java.nio.file.FileAlreadyExistsException if the file is there
     * @throws IOException if the file cannot be created
     */
    public static SafetensorsWriter create(Path file, Map<String, String> metadata, List<Declaration> tensors)
            throws IOException {
        return create(file, metadata, tensors, Existing.REFUSE, ProtectedFiles.none());
    }

    /**
     * Begins a file that may replace another.
     *
     * @param inputs what must not be replaced, whatever {@code existing} says
     * @throws java.nio.file.FileAlreadyExistsException if the file is there and is to stay
     */
    public static SafetensorsWriter create(
            Path file,
            Map<String, String> metadata,
            List<Declaration> tensors,
            Existing existing,
            ProtectedFiles inputs)
            throws IOException {
        List<Declaration> sorted = new ArrayList<>(tensors);
        sorted.sort(Comparator.comparing((Declaration tensor) -> -tensor.dtype().bytes())
                .thenComparing(Declaration::name));
        byte[] header = header(metadata, sorted);
        long position = (long) SafetensorsHeader.LENGTH_BYTES + header.length;
        Map<String, Range> ranges = new LinkedHashMap<>();
        for (Declaration tensor : sorted) {
            if (ranges.put(tensor.name(), new Range(position, tensor.bytes(), new AtomicLong())) != null) {
                throw new InvalidInputException("two tensors have the name " + tensor.name());
            }
            position += tensor.bytes();
        }
        OutputFile output = OutputFile.create(file, existing, inputs);
        SafetensorsWriter writer = new SafetensorsWriter(file, output, ranges);
        boolean begun = false;
        try {
            ByteBuffer start = ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES + header.length)
                    .order(ByteOrder.LITTLE_ENDIAN);
            start.putLong(header.length).put(header).flip();
            output.write(start, 0);
            begun = true;
            return writer;
        } finally {
            if (!begun) {
                writer.close();
            }
        }
    }

    private static byte[] header(Map<String, String> metadata, List<Declaration> tensors) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart("__metadata__");
                for (Map.Entry<String, String> entry : metadata.entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            long begin = 0;
            for (Declaration tensor : tensors) {
                long end = Math.addExact(begin, tensor.bytes());
                json.writeObjectFieldStart(tensor.name());
                json.writeStringField("dtype", tensor.dtype().name());
                writeNumbers(json, "shape", tensor.shape());
                writeNumbers(json, "data_offsets", List.of(begin, end));
                json.writeEndObject();
                begin = end;
            }
            json.writeEndObject();
        }
        while (bytes.size() % HEADER_ALIGNMENT != 0) {
            bytes.write(' ');
        }
        return bytes.toByteArray();
    }

    private static void writeNumbers(JsonGenerator json, String key, List<Long> numbers) throws IOException {
        json.writeArrayFieldStart(key);
        for (long number : numbers) {
            json.writeNumber(number);
        }
        json.writeEndArray();
    }

    /**
     * Writes the remaining bytes of {@code data} into a tensor. Every byte of every tensor is to be written once.
     *
     * @param offset where in the tensor, in bytes
     * @param data little endian
     * @throws InvalidInputException if the tensor was not declared or has no such range
     * @throws ClosedException after {@link #finish} or {@link #close}
     */
    public void write(String tensor, long offset, ByteBuffer data) throws IOException {
        if (!output.isOpen()) {
            throw new ClosedException("the writer of " + file);
        }
        Range range = ranges.get(tensor);
        if (range == null) {
            throw new InvalidInputException(file + ": no tensor \"" + tensor + "\" was declared");
        }
        if (offset < 0 || offset > range.bytes() || data.remaining() > range.bytes() - offset) {
            throw new InvalidInputException(file + ": tensor \"" + tensor + "\" has " + range.bytes()
                    + " bytes, no room for " + data.remaining() + " at " + offset);
        }
        int length = data.remaining();
        output.write(data, range.begin() + offset);
        range.written().addAndGet(length);
    }

    /**
     * Completes the file and gives it its name.
     *
     * @throws InvalidInputException if bytes are missing; the message names the tensor
     */
    public void finish() throws IOException {
        if (!output.isOpen()) {
            throw new ClosedException("the writer of " + file);
        }
        ranges.forEach((name, range) -> {
            if (range.written().get() != range.bytes()) {
                throw new InvalidInputException(file + ": tensor \"" + name + "\" has " + range.bytes() + " bytes, "
                        + range.written().get() + " were written");
            }
        });
        output.commit();
    }

    /** Gives up the file unless {@link #finish} was called. */
    @Override
    public void close() throws IOException {
        output.close();
    }
}
