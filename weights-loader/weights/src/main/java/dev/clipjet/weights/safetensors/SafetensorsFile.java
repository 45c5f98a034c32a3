package dev.clipjet.weights.safetensors;

import dev.clipjet.error.ClosedException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.weights.StoredTensor;
import dev.clipjet.weights.file.ByteRange;
import dev.clipjet.weights.file.ByteSource;
import dev.clipjet.weights.file.WeightFile;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A safetensors file, open for reading. Opening checks the whole header against the rules of the format and reads no
 * tensor. Thread-safe.
 */
public final class SafetensorsFile implements AutoCloseable {
    private final ByteSource source;
    private final Map<String, String> metadata;
    private final Map<String, StoredTensor> tensors;
    private volatile boolean closed;

    private SafetensorsFile(ByteSource source, Map<String, String> metadata, Map<String, StoredTensor> tensors) {
        this.source = source;
        this.metadata = metadata;
        this.tensors = tensors;
    }

    /**
     * Opens and checks a file.
     *
     * @throws ModelFormatException {@code MISSING} if it cannot be read; {@code TRUNCATED}, {@code MALFORMED} or
     *     {@code LIMIT} if it breaks a rule of the format, with the byte offset or the tensor; {@code UNSUPPORTED} for a
     *     dtype that is not known or a tensor of nearly 2 GiB or more
     */
    public static SafetensorsFile open(Path path) {
        return read(WeightFile.open(path));
    }

    /**
     * Checks what is not a file of its own. Errors as for {@link #open}.
     *
     * @param source is closed with what is returned, or by an error
     */
    public static SafetensorsFile read(ByteSource source) {
        boolean opened = false;
        try {
            SafetensorsHeader header = SafetensorsHeader.read(source);
            SafetensorsFile file = new SafetensorsFile(
                    source, Collections.unmodifiableMap(header.metadata()), tensors(source, header));
            opened = true;
            return file;
        } finally {
            if (!opened) {
                source.close();
            }
        }
    }

    private static Map<String, StoredTensor> tensors(ByteSource source, SafetensorsHeader header) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (SafetensorsHeader.Entry entry : header.entries()) {
            long bytes = entry.end() - entry.begin();
            if (bytes > ByteRange.MAX_COPY_BYTES) {
                throw new ModelFormatException(
                        Kind.UNSUPPORTED,
                        source.path(),
                        "tensor \"" + entry.name() + "\"",
                        "has " + bytes + " bytes, at most " + ByteRange.MAX_COPY_BYTES
                                + " bytes are supported in one tensor");
            }
            ByteRange range = new ByteRange(source, header.dataStart() + entry.begin(), bytes);
            tensors.put(entry.name(), new StoredTensor(entry.name(), entry.dtype(), entry.shape(), range));
        }
        return Collections.unmodifiableMap(tensors);
    }

    public Path path() {
        return source.path();
    }

    /** The file's own notes, such as {@code format: pt}. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** All tensors in the order of their data. They can be read until this file is closed. */
    public List<StoredTensor> tensors() {
        checkOpen();
        return List.copyOf(tensors.values());
    }

    /** The tensor of a name, if the file has one. */
    public Optional<StoredTensor> find(String name) {
        checkOpen();
        return Optional.ofNullable(tensors.get(name));
    }

    /**
     * The tensor of a name.
     *
     * @throws ModelFormatException {@code MALFORMED} if the file has none
     */
    public StoredTensor tensor(String name) {
        return find(name)
                .orElseThrow(() -> new ModelFormatException(
                        Kind.MALFORMED, source.path(), "tensor \"" + name + "\"", "is not in the file"));
    }

    private void checkOpen() {
        if (closed) {
            throw new ClosedException(source.path().toString());
        }
    }

    /** Closes the file: its tensors cannot be read any more. Closing again has no effect. */
    @Override
    public void close() {
        closed = true;
        source.close();
    }
}
