package dev.clipjet.weights.torch;

import dev.clipjet.weights.torch.PickleValue.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Brings the elements of a view that skips or reorders them into row-major order. */
final class StridedCopy {
    private StridedCopy() {}

    /**
     * The elements in a direct buffer of their own.
     *
     * @param storage all bytes of the tensor's storage
     */
    static ByteBuffer gather(Tensor tensor, ByteBuffer storage) {
        int width = tensor.dtype().bytes();
        ByteBuffer out = ByteBuffer.allocateDirect(Math.toIntExact(tensor.elements() * width))
                .order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer in = storage.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        copy(tensor, 0, tensor.offset(), in, out);
        return out.flip();
    }

    private static void copy(Tensor tensor, int dimension, long first, ByteBuffer in, ByteBuffer out) {
        if (dimension == tensor.shape().size()) {
            copyElement(tensor, first, in, out);
            return;
        }
        long size = tensor.shape().get(dimension);
        long stride = tensor.strides().get(dimension);
        boolean innermost = dimension == tensor.shape().size() - 1;
        for (long i = 0, at = first; i < size; i++, at += stride) {
            if (innermost) {
                copyElement(tensor, at, in, out);
            } else {
                copy(tensor, dimension + 1, at, in, out);
            }
        }
    }

    private static void copyElement(Tensor tensor, long element, ByteBuffer in, ByteBuffer out) {
        int width = tensor.dtype().bytes();
        int at = (int) (element * width);
        switch (width) {
            case 1 -> out.put(in.get(at));
            case 2 -> out.putShort(in.getShort(at));
            case 4 -> out.putInt(in.getInt(at));
            default -> out.putLong(in.getLong(at));
        }
    }
}
