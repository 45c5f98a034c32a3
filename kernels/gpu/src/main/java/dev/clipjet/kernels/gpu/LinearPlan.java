package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import java.util.Locale;

/**
 * How a linear layer of a shape is computed: {@code out = act(in W^T + bias)} or {@code out += in W^T + bias}.
 *
 * @param m rows of the activations, at least 1
 * @param n rows of the weight, at least 1
 * @param k columns of both, at least 1
 * @param type storage
 * @param activation applied to the sum and its bias
 * @param residual whether the result is added to what {@code out} holds; then there is no activation
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
    /** Tiles of a product that is split; each has a counter. */
    static final int COUNTERS = 4096;

    private static final int GRID_LIMIT = 65535;

    /** Checks that the kernel can do it. */
    public LinearPlan {
        LaunchCheck.of("linear")
                .positive("m", m)
                .positive("n", n)
                .positive("k", k)
                .positive("splits", splits)
                .require(!residual || activation == Activation.NONE, "a residual sum has no activation " + activation);
        long down = ceil(m, variant.rows());
        long across = ceil(n, variant.columns());
        LaunchCheck.of("linear of " + variant.name())
                .atMost("rows of tiles", down, GRID_LIMIT)
                .atMost("splits of k = " + k, splits, kTiles(type, k));
        if (splits > 1) {
            LaunchCheck.of("linear in " + splits + " splits").atMost("tiles", down * across, COUNTERS);
        }
    }

    static int kTiles(ElementType type, int k) {
        return ceil(k, LinearVariant.ROW_BYTES / type.bytes());
    }

    static int ceil(int value, int unit) {
        return (value + unit - 1) / unit;
    }

    /** Blocks: columns of tiles, rows of tiles, splits. */
    Dim3 grid() {
        return new Dim3(ceil(n, variant.columns()), ceil(m, variant.rows()), splits);
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
        return 4L * COUNTERS + 4L * grid.count() * variant.rows() * variant.columns();
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
