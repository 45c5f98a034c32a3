package dev.clipjet.weights.safetensors;

import dev.clipjet.error.ClosedException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.input.InputFiles;
import dev.clipjet.memory.MappedRegion;
import dev.clipjet.weights.StoredTensor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A safetensors file, mapped into memory. Opening checks the whole header against the rules of the format and copies no
 * tensor. Thread-safe.
 *
 * <p>A buffer can span nearly 2 GiB, so a larger file is mapped in several windows that begin and end between
 * tensors.
 */
public final class SafetensorsFile implements AutoCloseable {
    private final Path path;
    private final Map<String, String> metadata;
    private final List<MappedRegion> windows;
    private final Map<String, StoredTensor> tensors;
    private volatile boolean closed;

    private SafetensorsFile(
            Path path, Map<String, String> metadata, List<MappedRegion> windows, Map<String, StoredTensor> tensors) {
        this.path = path;
        this.metadata = metadata;
        this.windows = windows;
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
        List<MappedRegion> windows = new ArrayList<>();
        boolean opened = false;
        try (FileChannel channel = InputFiles.channel(path)) {
            SafetensorsHeader header = SafetensorsHeader.read(path, channel);
            Map<String, StoredTensor> tensors = map(path, channel, header, windows);
            opened = true;
            return new SafetensorsFile(
                    path,
                    Collections.unmodifiableMap(header.metadata()),
                    windows,
                    Collections.unmodifiableMap(tensors));
        } catch (NoSuchFileException e) {
            throw new ModelFormatException(Kind.MISSING, path, "", "no such file", e);
        } catch (IOException e) {
            throw new ModelFormatException(Kind.MISSING, path, "", "cannot be read: " + e.getMessage(), e);
        } finally {
            if (!opened) {
                windows.forEach(MappedRegion::close);
            }
        }
    }

    private static Map<String, StoredTensor> map(
            Path path, FileChannel channel, SafetensorsHeader header, List<MappedRegion> windows) throws IOException {
        List<SafetensorsHeader.Entry> entries = header.entries();
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        int next = 0;
        while (next < entries.size()) {
            long begin = entries.get(next).begin();
            int after = next;
            while (after < entries.size() && entries.get(after).end() - begin <= MappedRegion.MOST_BYTES) {
                after++;
            }
            if (after == next) {
                SafetensorsHeader.Entry entry = entries.get(next);
                throw new ModelFormatException(
                        Kind.UNSUPPORTED,
                        path,
                        "tensor \"" + entry.name() + "\"",
                        "has " + (entry.end() - begin) + " bytes, at most " + MappedRegion.MOST_BYTES
                                + " bytes are supported in one tensor");
            }
            int length = (int) (entries.get(after - 1).end() - begin);
            MappedRegion window = MappedRegion.map(path.toString(), channel, header.dataStart() + begin, length);
            windows.add(window);
            for (SafetensorsHeader.Entry entry : entries.subList(next, after)) {
                tensors.put(
                        entry.name(),
                        new StoredTensor(
                                entry.name(),
                                entry.dtype(),
                                entry.shape(),
                                window.slice((int) (entry.begin() - begin), (int) (entry.end() - entry.begin()))));
            }
            next = after;
        }
        return tensors;
    }

    public Path path() {
        return path;
    }

    /** The file's own notes, such as {@code format: pt}. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** All tensors in the order of their data. Their buffers are valid until this file is closed. */
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
                        Kind.MALFORMED, path, "tensor \"" + name + "\"", "is not in the file"));
    }

    private void checkOpen() {
        if (closed) {
            throw new ClosedException(path.toString());
        }
    }

    /** Unmaps the file: no buffer of its tensors may be read any more. Closing again has no effect. */
    @Override
    public void close() {
        closed = true;
        windows.forEach(MappedRegion::close);
    }
}
