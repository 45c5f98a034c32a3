package dev.clipjet.kernels.gpu;

import dev.clipjet.device.DeviceProperties;
import dev.clipjet.numeric.ElementType;
import java.util.List;

/**
 * How long a matrix product takes, in clocks of an SM: the rule by which {@link LinearKernels} and {@link ConvolutionKernels} choose.
 * It has not been fitted to
 * measurements; its rates are those of NVIDIA's documents, its latencies those that are published for A100 and H100.
 *
 * <p>The busiest SM has {@code ceil(blocks / SMs)} blocks. It cannot be done before
 *
 * <ul>
 *   <li>its tensor cores, its shared memory and its path to L2 have done their part of these blocks;
 *   <li>each round of resident blocks has gone through its chain: the first tile from memory, its steps along K, none faster than
 *       memory's latency over the tiles in flight, the epilogue, and with splits the exchange of partial sums;
 *   <li>memory has delivered weights and activations.
 * </ul>
 */
final class GemmModel {
    /** Clocks until a tile from DRAM is there. */
    private static final double MEMORY_LATENCY = 900;
    /** Clocks of a step that only waits, loads fragments and multiplies. */
    private static final double STEP_LATENCY = 150;
    /** Clocks of release, atomic and acquire. */
    private static final double EXCHANGE_LATENCY = 1500;
    /** Clocks of an epilogue beside its bytes. */
    private static final double EPILOGUE_LATENCY = 300;

    private static final int MAX_SPLITS = 32;

    private static final double CACHE_BYTES = 64;
    private static final double SHARED_BYTES = 128;
    private static final double MEMORY_BYTES = 18;
    private static final double FLOAT_MACS = 100;

    private final DeviceProperties device;
    private final ElementType type;

    GemmModel(DeviceProperties device, ElementType type) {
        this.device = device;
        this.type = type;
    }

    /**
     * The time of a product.
     *
     * @param m rows of the product
     * @param n rows of the weight
     * @param kTiles tiles along K
     * @param memoryBytes what has to come from memory and go there
     */
    double clocks(GemmVariant variant, int splits, int m, int n, int kTiles, double memoryBytes) {
        int bytes = type.bytes();
        int steps = GemmVariant.ceil(kTiles, splits);
        double tiles = (double) GemmVariant.ceil(m, variant.rows()) * GemmVariant.ceil(n, variant.columns());
        double busiest = Math.ceil(tiles * splits / device.multiprocessors());
        double area = (double) variant.rows() * variant.columns();

        double macs = area * GemmVariant.ROW_BYTES / bytes;
        double operands = (variant.rows() + variant.columns()) * (double) GemmVariant.ROW_BYTES;
        double step = Math.max(macs / macsPerClock(variant), operands / CACHE_BYTES);
        step = Math.max(step, (operands + fragmentBytes(variant)) / SHARED_BYTES);
        double epilogue = area * (8 / SHARED_BYTES + bytes / CACHE_BYTES);
        double exchange = splits == 1 ? 0 : EXCHANGE_LATENCY + (splits + 1) * area * 4 / CACHE_BYTES;
        double throughput = busiest * (steps * step + epilogue + (splits == 1 ? 0 : 2 * area * 4 / CACHE_BYTES));

        double rounds = Math.ceil(busiest / resident(variant));
        double pace = Math.max(step, Math.max(STEP_LATENCY, MEMORY_LATENCY / (variant.stages() - 1)));
        double chain = rounds * (MEMORY_LATENCY + steps * pace + EPILOGUE_LATENCY + epilogue + exchange);

        double memory = memoryBytes / (MEMORY_BYTES * device.multiprocessors());
        return Math.max(Math.max(throughput, chain), memory + MEMORY_LATENCY);
    }

    /**
     * The variant and the number of splits with the shortest time.
     *
     * @param variants at least one
     */
    <V extends GemmVariant> GemmChoice<V> best(List<V> variants, int m, int n, int kTiles, double memoryBytes) {
        GemmChoice<V> best = null;
        double least = Double.POSITIVE_INFINITY;
        for (V variant : variants) {
            long down = GemmVariant.ceil(m, variant.rows());
            long tiles = down * GemmVariant.ceil(n, variant.columns());
            int limit = tiles > GemmVariant.COUNTERS ? 1 : Math.min(MAX_SPLITS, kTiles);
            for (int splits = 1; splits <= limit && down <= GemmVariant.GRID_LIMIT; splits++) {
                double clocks = clocks(variant, splits, m, n, kTiles, memoryBytes);
                if (clocks < least) {
                    least = clocks;
                    best = new GemmChoice<>(variant, splits);
                }
            }
        }
        if (best == null) {
            throw new IllegalArgumentException("a product of " + m + " rows has more tiles than a grid may have");
        }
        return best;
    }

    private double macsPerClock(GemmVariant variant) {
        if (type == ElementType.F32) {
            return FLOAT_MACS;
        }
        if (variant.target().equals(KernelLibrary.HOPPER_TARGET)) {
            return 2048;
        }
        return switch (device.computeCapability()) {
            case 80 -> 1024;
            case 86, 89 -> 512;
            default -> 1228;
        };
    }

    /** What the warps of a block read from shared memory for a tile along K, in bytes of whole wavefronts. */
    private double fragmentBytes(GemmVariant variant) {
        if (type == ElementType.F32) {
            // Every float4 of a thread is four wavefronts of its warp, of eight lanes each.
            double reads = variant.rows() / 16.0 + variant.columns() / 8.0;
            return reads * 4 * SHARED_BYTES * (variant.threads() / 32.0) * GemmVariant.ROW_BYTES / 16;
        }
        double warps = (double) variant.rows() * variant.columns() / (variant.warpRows() * variant.warpColumns());
        return warps * (variant.warpRows() + variant.warpColumns()) * GemmVariant.ROW_BYTES;
    }

    private double resident(GemmVariant variant) {
        int byShared = device.sharedBytesPerMultiprocessor() / (variant.sharedBytes() + 1024);
        int byThreads = device.maxThreadsPerMultiprocessor() / variant.threads();
        return Math.max(1, Math.min(byShared, byThreads));
    }
}
