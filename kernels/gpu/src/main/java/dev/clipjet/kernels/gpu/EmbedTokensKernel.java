package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.numeric.ElementType;

/** Token embeddings with positions, {@code out[t] = table[ids[t]] + positions[positionIds[t]]}: {@code tokens.cu}. */
public final class EmbedTokensKernel {
    private static final Dim3 BLOCK = Dim3.of(128);

    private final ElementType type;
    private final GpuFunction function;

    /** The kernel for a storage type. */
    public EmbedTokensKernel(KernelLibrary library, ElementType type) {
        this.type = type;
        function = library.function("tokens", "embed_tokens_" + type.kernelCode());
    }

    /**
     * Enqueues the lookup.
     *
     * @param ids int32 [tokens], each a row of {@code table}
     * @param positionIds int32 [tokens], each a row of {@code positions}
     * @param table [vocabulary, columns]
     * @param positions [context, columns]
     * @param out [tokens, columns], apart from both
     */
    public void record(GpuStream stream, long ids, long positionIds, Matrix table, Matrix positions, Matrix out) {
        LaunchCheck.of("embed_tokens")
                .aligned("ids", ids, 4)
                .aligned("positionIds", positionIds, 4)
                .matrix("table", table, type)
                .matrix("positions", positions, type)
                .matrix("out", out, type)
                .shape("table", table, table.rows(), out.columns())
                .shape("positions", positions, positions.rows(), out.columns())
                .apart("out", out, "table", table, type)
                .apart("out", out, "positions", positions, type);
        KernelArguments arguments = new KernelArguments()
                .addInt(out.columns())
                .addLong(ids)
                .addLong(positionIds)
                .addLong(table.address())
                .addInt(table.stride())
                .addLong(positions.address())
                .addInt(positions.stride())
                .addLong(out.address())
                .addInt(out.stride());
        stream.launch(function, new LaunchShape(Dim3.of(out.rows()), BLOCK, 0), arguments);
    }
}
