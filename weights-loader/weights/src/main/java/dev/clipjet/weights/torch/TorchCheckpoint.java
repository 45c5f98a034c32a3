package dev.clipjet.weights.torch;

import dev.clipjet.error.ClosedException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.weights.StoredTensor;
import dev.clipjet.weights.file.ByteRange;
import dev.clipjet.weights.file.ByteSource;
import dev.clipjet.weights.file.WeightFile;
import dev.clipjet.weights.torch.PickleValue.Storage;
import dev.clipjet.weights.torch.PickleValue.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A file that torch wrote ({@code .pt}, {@code .pth}, {@code .bin}), open for reading. Opening reads the whole object
 * graph, checks every tensor in it and executes nothing. Tensors in row-major order are read from the file when they are asked for; only those
 * that are stored with other strides, transposed say, are copied, in total at most as many bytes as the file has.
 * Thread-safe.
 */
public final class TorchCheckpoint implements AutoCloseable {
    /** How torch packed the file. */
    public enum Format {
        /** A zip archive of {@code torch.save}. */
        ZIP,
        /** What {@code torch.save} wrote before version 1.6. */
        LEGACY,
        /** A zip archive of {@code torch.jit.save}. */
        TORCHSCRIPT
    }

    private final ByteSource file;
    private final Container container;
    private final Map<String, StoredTensor> tensors;
    private volatile boolean closed;

    private TorchCheckpoint(ByteSource file) {
        this.file = file;
        this.container = Container.read(file);
        this.tensors = Collections.unmodifiableMap(
                materialize(StateDict.of(file.path(), container.root(), container.pickleBytes())));
    }

    /**
     * Opens and checks a file.
     *
     * @throws ModelFormatException {@code MISSING} if it cannot be read; {@code FORBIDDEN} if the pickle asks for a name
     *     that tensors do not need; {@code TRUNCATED}, {@code MALFORMED}, {@code OUT_OF_BOUNDS} or {@code LIMIT} if it
     *     breaks a rule; {@code UNSUPPORTED} for compressed entries, other byte orders and storages of nearly 2 GiB or more
     */
    public static TorchCheckpoint open(Path path) {
        return read(WeightFile.open(path));
    }

    /**
     * Checks what is not a file of its own. Errors as for {@link #open}.
     *
     * @param file is closed with what is returned, or by an error
     */
    public static TorchCheckpoint read(ByteSource file) {
        boolean opened = false;
        try {
            TorchCheckpoint checkpoint = new TorchCheckpoint(file);
            opened = true;
            return checkpoint;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    public Path path() {
        return file.path();
    }

    /** How the file is packed. */
    public Format format() {
        return container.format();
    }

    /**
     * Everything that was saved, for what is beside the model: optimizer state, the number of the epoch. Its tensors have
     * no bytes; see {@link #data}.
     */
    public PickleValue root() {
        return container.root();
    }

    /**
     * The tensors of the model in the order of the file, by the names of its state dict: those of a TorchScript module, of
     * the dictionary that was saved, or of its {@code state_dict}. A prefix {@code module.} or {@code _orig_mod.} that all
     * names have is dropped. TorchScript archives of CLIP have three integers among them that are no weights.
     *
     * @throws ClosedException after {@link #close}
     */
    public Map<String, StoredTensor> tensors() {
        checkOpen();
        return tensors;
    }

    /**
     * The bytes of any tensor of {@link #root} in row-major order, in an array of their own: little endian, on the heap.
     *
     * @throws ClosedException after {@link #close}
     */
    public ByteBuffer data(Tensor tensor) {
        checkOpen();
        return bytes("", tensor, container.content(tensor.storage()), new StridedCopy(file))
                .copy();
    }

    private static ByteRange bytes(String name, Tensor tensor, ByteRange storage, StridedCopy copies) {
        if (tensor.isContiguous()) {
            int width = tensor.dtype().bytes();
            return storage.slice(tensor.offset() * width, tensor.elements() * width);
        }
        return copies.gather(name, tensor, storage);
    }

    private Map<String, StoredTensor> materialize(Map<String, Tensor> views) {
        Map<String, StoredTensor> result = new LinkedHashMap<>();
        Map<Storage, ByteRange> storages = new HashMap<>();
        StridedCopy copies = new StridedCopy(file);
        views.forEach((name, view) -> {
            ByteRange storage = storages.computeIfAbsent(view.storage(), container::content);
            result.put(name, new StoredTensor(name, view.dtype(), view.shape(), bytes(name, view, storage, copies)));
        });
        return result;
    }

    private void checkOpen() {
        if (closed) {
            throw new ClosedException(file.path().toString());
        }
    }

    /** Closes the file: its tensors cannot be read any more. Closing again has no effect. */
    @Override
    public void close() {
        closed = true;
        file.close();
    }
}
