package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import java.util.Locale;

/** How a convolution of a shape is computed. */
public sealed interface ConvolutionPlan {
    /** The shape. */
    ConvolutionShape shape();

    /** The type of its operands. */
    ElementType type();

    /** What follows in the same launch. */
    ConvolutionEnd end();

    /**
     * Bytes of workspace, 0 where none is needed. It is 16-byte aligned and all zero before its first use; every launch leaves the
     * part zero that the next one, of whatever plan of a convolution or a linear layer, needs zero.
     */
    long workspaceBytes();

    /** The choice in words. */
    String describe();

    /** Rows of the output. */
    default int outRows() {
        int pool = end().pool();
        return shape().images() * (shape().outHeight() / pool) * (shape().outWidth() / pool);
    }

    /**
     * A convolution with kernels of one tap, which is a linear layer over pixels.
     *
     * @param linear that layer
     */
    record Pointwise(ConvolutionShape shape, ConvolutionEnd end, LinearPlan linear) implements ConvolutionPlan {
        @Override
        public ElementType type() {
            return linear.type();
        }

        @Override
        public long workspaceBytes() {
            return linear.workspaceBytes();
        }

        @Override
        public String describe() {
            return linear.describe();
        }
    }

    /**
     * A convolution whose windows are gathered while they are copied.
     *
     * @param type storage
     * @param variant the kernel
     * @param splits parts of K that different blocks sum
     */
    record Gathered(
            ConvolutionShape shape, ElementType type, ConvolutionEnd end, ConvolutionVariant variant, int splits)
            implements ConvolutionPlan {
        /** Checks that the kernel can do it. */
        public Gathered {
            LaunchCheck check = LaunchCheck.of("convolution of " + variant.name())
                    .positive("splits", splits)
                    .require(
                            shape.outHeight() >= end.pool() && shape.outWidth() >= end.pool(),
                            "nothing is left of " + shape.outHeight() + " x " + shape.outWidth() + " after pooling");
            int rows = rows(shape, end);
            long down = GemmVariant.ceil(rows, variant.rows());
            long across = GemmVariant.ceil(shape.filters(), variant.columns());
            check.atMost("rows of tiles", down, GemmVariant.GRID_LIMIT)
                    .atMost("splits", splits, GemmVariant.kTiles(type, shape.packedColumns(type)));
            if (splits > 1) {
                check.atMost("tiles in " + splits + " splits", down * across, GemmVariant.COUNTERS);
            }
        }

        /** Rows of the product: all pixels of the result that count. */
        static int rows(ConvolutionShape shape, ConvolutionEnd end) {
            int pool = end.pool();
            return shape.images() * (shape.outHeight() / pool * pool) * (shape.outWidth() / pool * pool);
        }

        int rows() {
            return rows(shape, end);
        }

        /** Blocks: columns of tiles, rows of tiles, splits. */
        Dim3 grid() {
            return new Dim3(
                    GemmVariant.ceil(shape.filters(), variant.columns()),
                    GemmVariant.ceil(rows(), variant.rows()),
                    splits);
        }

        @Override
        public long workspaceBytes() {
            return splits == 1
                    ? 0
                    : 4L * GemmVariant.COUNTERS + 4L * grid().count() * variant.rows() * variant.columns();
        }

        @Override
        public String describe() {
            return String.format(
                    Locale.ROOT,
                    "convolution %s %d x %d x %d x %d by %d x %d / %d to %d%s%s%s%s: %s, %d blocks, %d split%s",
                    type.kernelCode(),
                    shape.images(),
                    shape.height(),
                    shape.width(),
                    shape.channels(),
                    shape.kernelHeight(),
                    shape.kernelWidth(),
                    shape.stride(),
                    shape.filters(),
                    end.scaled() ? " scaled" : "",
                    end.activation() == Activation.NONE
                            ? ""
                            : " " + end.activation().name().toLowerCase(Locale.ROOT),
                    end.residual() ? " residual" : "",
                    end.pooled() ? " pooled" : "",
                    variant.name(),
                    grid().count(),
                    splits,
                    splits == 1 ? "" : "s");
        }
    }
}
