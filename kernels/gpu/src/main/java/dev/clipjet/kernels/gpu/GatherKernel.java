package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;

/** Gather of rows, {@code out[s] = in[rows[s]]}: {@code gather.cu}. */
public final class GatherKernel {
    private static final Dim3 BLOCK = Dim3.of(128);

    private final StorageType type;
    private final GpuFunction function;

    /** The kernel for a storage type. */
    public GatherKernel(KernelLibrary library, StorageType type) {
        this.type = type;
        function = library.function("gather", "gather_rows_" + type.suffix());
    }

    /**
     * Enqueues the gather.
     *
     * @param columns width of a row; a row has a multiple of 16 bytes
     * @param in [*, columns], 16-byte aligned
     * @param rows int32 [sequences], each a row of {@code in}
     * @param sequences at least 1
     * @param out [sequences, columns], 16-byte aligned, apart from {@code in}
     */
    public void record(GpuStream stream, int columns, long in, long rows, int sequences, long out) {
        LaunchCheck.of("gather_rows")
                .positive("columns", columns)
                .positive("sequences", sequences)
                .multiple("bytes of a row", (long) columns * type.bytes(), 16)
                .aligned("in", in, 16)
                .aligned("rows", rows, 4)
                .aligned("out", out, 16);
        KernelArguments arguments =
                new KernelArguments().addInt(columns).addLong(in).addLong(rows).addLong(out);
        stream.launch(function, new LaunchShape(Dim3.of(sequences), BLOCK, 0), arguments);
    }
}
