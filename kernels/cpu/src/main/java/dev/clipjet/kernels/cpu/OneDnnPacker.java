package dev.clipjet.kernels.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Copies rows of a weight matrix into a layout of oneDNN: by Java to memory of ours, from there by a reorder. */
final class OneDnnPacker {
    /** Floats that are copied at a time, unless a row is longer. */
    private static final int PIECE = 1 << 16;

    private static final int[] ARGUMENTS = {DNNL_ARG_FROM, DNNL_ARG_TO};

    private final OneDnnPrimitive reorder;
    private final long packedBytes;

    /** To be made by the thread that starts runs. */
    OneDnnPacker(OneDnn library, dnnl_memory_desc from, dnnl_memory_desc to) {
        dnnl_primitive_desc desc = new dnnl_primitive_desc();
        OneDnn.check(
                dnnl_reorder_primitive_desc_create(desc, from, library.engine(), to, library.engine(), null),
                "describe a reorder");
        reorder = library.primitive(desc, ARGUMENTS, from, to);
        packedBytes = dnnl_memory_desc_get_size(to);
    }

    /** Size of the packed form, padding included. */
    long packedFloats() {
        return (packedBytes + Float.BYTES - 1) / Float.BYTES;
    }

    /** Packs {@code rows} rows from {@code first} on to {@code target}. */
    void pack(int worker, WeightMatrix weight, int first, int rows, long target) {
        int columns = weight.columns();
        int most = Math.max(1, Math.min(rows, PIECE / columns));
        float[] piece = new float[most * columns];
        try (FloatMemory plain = new FloatMemory((long) rows * columns)) {
            for (int row = 0; row < rows; row += most) {
                int here = Math.min(most, rows - row);
                weight.read(first + row, here, piece, 0);
                plain.floats().put(row * columns, piece, 0, here * columns);
            }
            reorder.set(worker, 0, plain.address(0));
            reorder.set(worker, 1, target);
            reorder.run(worker);
        }
    }
}
