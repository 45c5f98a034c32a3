package dev.clipjet.weights.torch;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.weights.file.ByteRange;
import dev.clipjet.weights.file.ByteSource;
import dev.clipjet.weights.torch.PickleValue.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Brings the elements of views that skip or reorder them into row-major order. The views of one file take as many bytes as
 * it has at most. Elements that lie together are read at once, with what is between them; those that are far from each
 * other one by one, a million at most.
 */
final class StridedCopy {
    /** Bytes that are read for each byte that is wanted, at most. */
    private static final int MAX_SPREAD = 64;

    private static final int MAX_SINGLE_READS = 1 << 20;

    private final ByteSource file;
    private long bytesLeft;
    private int readsLeft = MAX_SINGLE_READS;

    StridedCopy(ByteSource file) {
        this.file = file;
        this.bytesLeft = file.size();
    }

    /**
     * The elements in memory of their own.
     *
     * @param name of the tensor, for errors
     * @param storage all bytes of its storage
     * @throws ModelFormatException {@code LIMIT} if the file's views are larger than itself, or their elements too far
     *     apart
     */
    ByteRange gather(String name, Tensor tensor, ByteRange storage) {
        long bytes = tensor.elements() * tensor.dtype().bytes();
        bytesLeft -= bytes;
        if (bytesLeft < 0 || bytes > ByteRange.MAX_COPY_BYTES) {
            throw error(name, "tensors that are views of each other take more bytes than the file");
        }
        ByteBuffer out = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
        int width = tensor.dtype().bytes();
        long extent = width;
        for (int i = 0; i < tensor.shape().size(); i++) {
            extent += (tensor.shape().get(i) - 1) * tensor.strides().get(i) * width;
        }
        if (extent <= Math.min(MAX_SPREAD * bytes, ByteRange.MAX_COPY_BYTES)) {
            ByteBuffer in = storage.slice(tensor.offset() * width, extent).copy();
            copy(tensor, 0, 0, element -> copyElement(in, (int) (element * width), width, out));
        } else {
            readsLeft -= (int) Math.min(tensor.elements(), Integer.MAX_VALUE / 2);
            if (readsLeft < 0) {
                throw error(name, "more than " + MAX_SINGLE_READS + " elements that are far from each other");
            }
            copy(tensor, 0, tensor.offset(), element -> {
                storage.read(element * width, out.limit(out.position() + width));
                out.limit(out.capacity());
            });
        }
        return ByteRange.of(out.flip());
    }

    private interface Sink {
        void element(long index);
    }

    private static void copy(Tensor tensor, int dimension, long first, Sink sink) {
        if (dimension == tensor.shape().size()) {
            sink.element(first);
            return;
        }
        long size = tensor.shape().get(dimension);
        long stride = tensor.strides().get(dimension);
        boolean innermost = dimension == tensor.shape().size() - 1;
        for (long i = 0, at = first; i < size; i++, at += stride) {
            if (innermost) {
                sink.element(at);
            } else {
                copy(tensor, dimension + 1, at, sink);
            }
        }
    }

    private static void copyElement(ByteBuffer in, int at, int width, ByteBuffer out) {
        switch (width) {
            case 1 -> out.put(in.get(at));
            case 2 -> out.putShort(in.getShort(at));
            case 4 -> out.putInt(in.getInt(at));
            default -> out.putLong(in.getLong(at));
        }
    }

    private ModelFormatException error(String tensor, String problem) {
        return new ModelFormatException(Kind.LIMIT, file.path(), "tensor \"" + tensor + "\"", problem);
    }
}
