package dev.clipjet.weights.torch;

import dev.clipjet.error.ClosedException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.weights.StoredTensor;
import dev.clipjet.weights.torch.PickleValue.Storage;
import dev.clipjet.weights.torch.PickleValue.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A file that torch wrote ({@code .pt}, {@code .pth}, {@code .bin}), mapped into memory. Opening reads the whole object
 * graph, checks every tensor in it and executes nothing. Tensors in row-major order are views of the file; only those
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

    private final MappedFile file;
    private final Container container;
    private final Map<String, StoredTensor> tensors;
    private volatile boolean closed;

    private TorchCheckpoint(MappedFile file) {
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
        MappedFile file = MappedFile.open(path);
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
     * The bytes of any tensor of {@link #root} in row-major order: a view of the file, or a copy if it is stored in
     * another order.
     *
     * @throws ClosedException after {@link #close}
     */
    public ByteBuffer data(Tensor tensor) {
        checkOpen();
        return data(tensor, container.content(tensor.storage()));
    }

    private static ByteBuffer data(Tensor tensor, ByteBuffer storage) {
        if (tensor.isContiguous()) {
            int width = tensor.dtype().bytes();
            return storage.slice((int) (tensor.offset() * width), (int) (tensor.elements() * width));
        }
        return StridedCopy.gather(tensor, storage);
    }

    private Map<String, StoredTensor> materialize(Map<String, Tensor> views) {
        Map<String, StoredTensor> result = new LinkedHashMap<>();
        Map<Storage, ByteBuffer> storages = new HashMap<>();
        long copied = 0;
        for (Map.Entry<String, Tensor> entry : views.entrySet()) {
            Tensor view = entry.getValue();
            if (!view.isContiguous()) {
                copied += view.elements() * view.dtype().bytes();
                if (copied > file.size()) {
                    throw new ModelFormatException(
                            Kind.LIMIT,
                            file.path(),
                            "tensor \"" + entry.getKey() + "\"",
                            "tensors that are views of each other take more bytes than the file");
                }
            }
            ByteBuffer storage = storages.computeIfAbsent(view.storage(), container::content);
            result.put(
                    entry.getKey(), new StoredTensor(entry.getKey(), view.dtype(), view.shape(), data(view, storage)));
        }
        return result;
    }

    private void checkOpen() {
        if (closed) {
            throw new ClosedException(file.path().toString());
        }
    }

    /** Unmaps the file: no buffer of its tensors may be read any more. Closing again has no effect. */
    @Override
    public void close() {
        closed = true;
        file.close();
    }
}
