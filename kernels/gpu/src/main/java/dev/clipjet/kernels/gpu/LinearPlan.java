package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import java.util.Locale;

/**
 * How a linear layer of a shape is computed: {@code out = act(in W^T + bias + residual)}.
 *
 * @param m rows of the activations, at least 1
 * @param n rows of the weight, at least 1
 * @param k columns of both, at least 1
 * @param type storage
 * @param activation applied last
 * @param residual whether there is a residual
 * @param variant the kernel
 * @param splits parts of K that different blocks sum
 */
public record LinearPlan(
        int m,
        int n,
        int k,
        ElementType type,
        Activation activation,
        boolean residual,
        LinearVariant variant,
        int splits) {
    /** Checks that the kernel can do it. */
    public LinearPlan {
        LaunchCheck.of("linear")
                .positive("m", m)
                .positive("n", n)
                .positive("k", k)
                .positive("splits", splits);
        long down = GemmVariant.ceil(m, variant.rows());
        long across = GemmVariant.ceil(n, variant.columns());
        LaunchCheck.of("linear of " + variant.name())
                .atMost("rows of tiles", down, GemmVariant.GRID_LIMIT)
                .atMost("splits of k = " + k, splits, GemmVariant.kTiles(type, k));
        if (splits > 1) {
            LaunchCheck.of("linear in " + splits + " splits").atMost("tiles", down * across, GemmVariant.COUNTERS);
        }
    }

    /** Blocks: columns of tiles, rows of tiles, splits. */
    Dim3 grid() {
        return new Dim3(GemmVariant.ceil(n, variant.columns()), GemmVariant.ceil(m, variant.rows()), splits);
    }

    /**
     * Bytes of workspace, 0 where none is needed. It is 16-byte aligned and all zero before its first use; every launch leaves the
     * part zero that the next one, of whatever plan, needs zero.
     */
    public long workspaceBytes() {
        if (splits == 1) {
            return 0;
        }
        Dim3 grid = grid();
        return 4L * GemmVariant.COUNTERS + 4L * grid.count() * variant.rows() * variant.columns();
    }

    /** The choice in words. */
    public String describe() {
        return String.format(
                Locale.ROOT,
                "linear %s %d x %d x %d%s%s: %s, %d blocks, %d split%s",
                type.kernelCode(),
                m,
                n,
                k,
                activation == Activation.NONE ? "" : " " + activation.name().toLowerCase(Locale.ROOT),
                residual ? " residual" : "",
                variant.name(),
                grid().count(),
                splits,
                splits == 1 ? "" : "s");
    }
}
