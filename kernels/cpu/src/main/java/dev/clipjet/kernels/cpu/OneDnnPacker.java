package dev.clipjet.kernels.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Copies rows of a weight matrix into a layout of oneDNN: by Java to memory of ours, from there by a reorder. */
final class OneDnnPacker {
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
        try (FloatMemory plain = new FloatMemory((long) rows * weight.columns())) {
            PlainRows.copy(weight, first, rows, plain);
            reorder.set(worker, 0, plain.address(0));
            reorder.set(worker, 1, target);
            reorder.run(worker);
        }
    }
}
