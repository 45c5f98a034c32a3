package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.numeric.ElementType;

/**
 * Attention of packed sequences with online softmax: {@code attention.cu} on tensor cores for fp16 and bf16, {@code
 * attention_float.cu} for fp32, {@code attention_pooled.cu} for one query per sequence.
 */
public final class AttentionKernel {
    private static final int WARP = 32;
    private static final int MAX_WARPS = 4;
    private static final int CHUNK = 16;
    private static final int[] HALF_DIMS = {16, 32, 64, 80, 96, 112, 128};
    private static final int[] FLOAT_DIMS = {32, 64, 96, 128};
    private static final int POOLED_THREADS = 128;

    private final KernelLibrary library;
    private final ElementType type;

    /** The kernels for a storage type. */
    public AttentionKernel(KernelLibrary library, ElementType type) {
        this.library = library;
        this.type = type;
    }

    /**
     * Enqueues the attention. Queries, keys and values may be column ranges of one matrix.
     *
     * @param query [tokens, heads * headDim], or [sequences, heads * headDim] where the query is pooled
     * @param key [tokens, heads * headDim]
     * @param value [tokens, heads * headDim]
     * @param starts int32 [sequences + 1], rising: the first token of each sequence, then the end; no sequence is longer than the
     *     shape says
     * @param out as {@code query}, apart from all; rows of no sequence and pooled rows of empty sequences are not written
     */
    public void record(
            GpuStream stream, AttentionShape shape, Matrix query, Matrix key, Matrix value, long starts, Matrix out) {
        int queries = shape.pooledQuery() ? shape.sequences() : key.rows();
        LaunchCheck.of("attention")
                .multiple("bytes of a head", (long) shape.headDim() * type.bytes(), CHUNK)
                .matrix("query", query, type)
                .matrix("key", key, type)
                .matrix("value", value, type)
                .matrix("out", out, type)
                .shape("query", query, queries, shape.columns())
                .shape("key", key, key.rows(), shape.columns())
                .shape("value", value, key.rows(), shape.columns())
                .shape("out", out, queries, shape.columns())
                .aligned("starts", starts, 4)
                .apart("out", out, "query", query, type)
                .apart("out", out, "key", key, type)
                .apart("out", out, "value", value, type);
        KernelArguments arguments = new KernelArguments().addInt(shape.headDim());
        GpuFunction function;
        LaunchShape launch;
        if (shape.pooledQuery()) {
            function = library.function("attention_pooled", "attention_pooled_" + type.kernelCode());
            launch = pooledLaunch(shape);
            arguments.addInt(shape.longest()).addFloat(shape.scaleLog2());
        } else {
            int dim = paddedDim(shape.headDim());
            String family = type == ElementType.F32 ? "attention_float" : "attention";
            function = library.function(family, "attention_" + type.kernelCode() + "_d" + dim);
            launch = launch(shape, dim);
            arguments.addFloat(shape.scaleLog2()).addInt(shape.causal() ? 1 : 0);
        }
        arguments
                .addLong(query.address())
                .addInt(query.stride())
                .addLong(key.address())
                .addInt(key.stride())
                .addLong(value.address())
                .addInt(value.stride())
                .addLong(starts)
                .addLong(out.address())
                .addInt(out.stride());
        if (launch.dynamicSharedBytes() > LaunchCheck.PLAIN_SHARED_BYTES) {
            function.allowDynamicShared(launch.dynamicSharedBytes());
        }
        stream.launch(function, launch, arguments);
    }

    /** The width for which there is a kernel. */
    private int paddedDim(int headDim) {
        for (int dim : type == ElementType.F32 ? FLOAT_DIMS : HALF_DIMS) {
            if (headDim <= dim) {
                return dim;
            }
        }
        throw new IllegalArgumentException("attention: no kernel for heads of " + headDim);
    }

    private LaunchShape launch(AttentionShape shape, int dim) {
        boolean halves = type != ElementType.F32;
        int queriesOfWarp = halves ? 16 : 8;
        int keys = halves ? 64 : 32;
        int warps = warps(shape, queriesOfWarp);
        int queries = queriesOfWarp * warps;
        int shared = tileBytes(queriesOfWarp, dim) * warps
                + 2 * tileBytes(keys, dim)
                + (halves ? 0 : queries * keys * Float.BYTES);
        Dim3 grid = new Dim3((shape.longest() + queries - 1) / queries, shape.heads(), shape.sequences());
        return new LaunchShape(grid, Dim3.of(WARP * warps), shared);
    }

    /** Warps of a block: they share keys and values, unless that leaves SMs without work. */
    private int warps(AttentionShape shape, int queriesOfWarp) {
        int tiles = (shape.longest() + queriesOfWarp - 1) / queriesOfWarp;
        int warps = Math.min(MAX_WARPS, tiles);
        long others = (long) shape.heads() * shape.sequences();
        int wanted = library.device().properties().multiprocessors();
        while (warps > 1 && (tiles + warps - 1) / warps * others < wanted) {
            warps--;
        }
        return warps;
    }

    private LaunchShape pooledLaunch(AttentionShape shape) {
        int floats = shape.longest() + shape.headDim() + WARP + POOLED_THREADS * (CHUNK / type.bytes());
        return new LaunchShape(
                Dim3.of(shape.heads(), shape.sequences()), Dim3.of(POOLED_THREADS), floats * Float.BYTES);
    }

    /** {@code Tile::bytes} of {@code attention_tile.cuh}. */
    private int tileBytes(int rows, int dim) {
        int chunks = dim * type.bytes() / CHUNK;
        int period = Math.max(1, 8 / Integer.lowestOneBit(chunks));
        return (rows * chunks + rows / period) * CHUNK;
    }
}
