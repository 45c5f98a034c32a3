package dev.clipjet.convert;

import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.FloatConversion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Moves tensors from their source into files, converting their type on the way: round to nearest, ties to even. Holds
 * two pieces of a MiB each, whatever the size of the model; only transposed matrices, the projections, are held whole.
 */
public final class TensorPump {
    private static final int PIECE = 1 << 18;

    /** Takes the bytes of one tensor, in order. */
    public interface Sink {
        /** @param offset bytes before these */
        void write(long offset, ByteBuffer data) throws IOException;
    }

    private final ConversionListener listener;
    private final long total;
    private final ByteBuffer in = direct();
    private final ByteBuffer out = direct();
    private final float[] values = new float[PIECE];
    private final Map<String, Long> overflows = new HashMap<>();
    private long done;

    /** @param total bytes of all weights, for the listener */
    TensorPump(ConversionListener listener, long total) {
        this.listener = listener;
        this.total = total;
    }

    private static ByteBuffer direct() {
        return ByteBuffer.allocateDirect(PIECE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Counts bytes that an earlier run had written. */
    void skip(long bytes) {
        done += bytes;
        listener.progressed(done, total);
    }

    /** How many finite values of a tensor became infinite because the new type does not reach that far. */
    long overflows(String name) {
        return overflows.getOrDefault(name, 0L);
    }

    /**
     * Moves one tensor.
     *
     * @throws IOException if the sink fails
     */
    public void move(PlannedTensor tensor, Sink sink) throws IOException {
        TensorContent content = tensor.transposed() ? transposed(tensor) : tensor.content();
        long first = tensor.transposed() ? 0 : tensor.first();
        int size = tensor.declaration().dtype().bytes();
        long overflowed = 0;
        for (long at = 0; at < tensor.elements(); at += PIECE) {
            int count = (int) Math.min(PIECE, tensor.elements() - at);
            in.clear();
            content.read(first + at, count, in);
            in.flip();
            ByteBuffer piece = in;
            if (content.dtype() != tensor.declaration().dtype()) {
                overflowed += convert(content.dtype(), tensor.declaration().dtype(), count);
                piece = out;
            }
            sink.write(at * size, piece);
            done += (long) count * size;
            listener.progressed(done, total);
        }
        if (overflowed > 0) {
            overflows.put(tensor.name(), overflowed);
        }
    }

    private long convert(ElementType from, ElementType to, int count) {
        FloatConversion.toFloat(from, in, FloatBuffer.wrap(values));
        out.clear();
        if (to == ElementType.F32) {
            out.asFloatBuffer().put(values, 0, count);
            out.limit(count * Float.BYTES);
            return 0;
        }
        long overflowed = 0;
        for (int i = 0; i < count; i++) {
            float value = values[i];
            short rounded = to == ElementType.F16 ? FloatConversion.toHalf(value) : FloatConversion.toBfloat16(value);
            float back =
                    to == ElementType.F16 ? FloatConversion.fromHalf(rounded) : FloatConversion.fromBfloat16(rounded);
            if (Float.isInfinite(back) && !Float.isInfinite(value)) {
                overflowed++;
            }
            out.putShort(2 * i, rounded);
        }
        out.limit(count * Short.BYTES);
        return overflowed;
    }

    /** The whole matrix [rows, columns] as [columns, rows]. */
    private static TensorContent transposed(PlannedTensor tensor) {
        int columns = Math.toIntExact(tensor.declaration().shape().get(0));
        int rows = Math.toIntExact(tensor.declaration().shape().get(1));
        TensorContent content = tensor.content();
        int size = content.dtype().bytes();
        ByteBuffer matrix =
                ByteBuffer.allocate(Math.multiplyExact(rows * columns, size)).order(ByteOrder.LITTLE_ENDIAN);
        content.read(tensor.first(), rows * columns, matrix);
        ByteBuffer turned = ByteBuffer.allocate(matrix.capacity()).order(ByteOrder.LITTLE_ENDIAN);
        for (int column = 0; column < columns; column++) {
            for (int row = 0; row < rows; row++) {
                int at = (row * columns + column) * size;
                if (size == Short.BYTES) {
                    turned.putShort(matrix.getShort(at));
                } else {
                    turned.putInt(matrix.getInt(at));
                }
            }
        }
        return new HeapContent(content.dtype(), turned.flip(), content.origins());
    }
}
