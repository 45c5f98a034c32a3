package dev.clipjet.kernels.cpu;

import dev.clipjet.numeric.Activation;

/**
 * Convolutions over NHWC maps with bias, residual, activation and average pooling in one pass, accumulated in float32. By
 * oneDNN where there is one, else by {@link PanelConvolution}; see {@link MatrixLibrary}. No copy of the input with a column
 * per filter element is made. Filters of one pixel are matrix products. The number of threads changes which rows are
 * computed together, and by that a result by no more than the rounding of its sum.
 */
public final class ConvolutionKernel implements AutoCloseable {
    private final ConvolutionCall call = new ConvolutionCall();
    private final LinearCall product = new LinearCall();
    private final ConvolutionRoutine routine;
    private final LinearRoutine linear;

    public ConvolutionKernel(WorkerPool pool) {
        this(pool, MatrixLibrary.provider());
    }

    ConvolutionKernel(WorkerPool pool, MatrixLibrary.Provider provider) {
        linear = LinearKernel.routine(pool, provider);
        routine = switch (provider) {
            case ONE_DNN -> new OneDnnConvolution(pool);
            case OWN -> new PanelConvolution(pool, Simd.panelKernel());
        };
    }

    /**
     * Runs a convolution over feature maps: {@code out = mean over squares (act(in * W + bias + residual))}.
     *
     * @param images number of maps
     * @param in [images, height, width, inChannels], dense, from {@code inOffset}
     * @param weight [outChannels, inChannels * kernelHeight * kernelWidth]
     * @param bias one value per output channel, or null
     * @param residual [images, outHeight, outWidth, outChannels], dense, from {@code residualOffset}, added before the
     *     activation, or null; may be the output
     * @param pool side of the squares whose mean is stored, 1 for none; what is beyond the last whole square is not stored.
     *     Above 1 there must be no residual
     * @param out [images, outHeight / pool, outWidth / pool, outChannels], dense, from {@code outOffset}; apart from the input
     * @throws IllegalArgumentException if the weight or the bias is not that of the shape, or a residual is to be pooled
     */
    public void run(
            int images,
            ConvolutionShape shape,
            FloatMemory in,
            int inOffset,
            WeightMatrix weight,
            float[] bias,
            Activation activation,
            FloatMemory residual,
            int residualOffset,
            int pool,
            FloatMemory out,
            int outOffset) {
        check(shape, weight, bias);
        if (pool < 1 || (pool > 1 && residual != null)) {
            throw new IllegalArgumentException("pooling by " + pool + (residual == null ? "" : " of a sum"));
        }
        if (images == 0) {
            return;
        }
        if (shape.isPointwise() && pool == 1) {
            product.rows = images * shape.height() * shape.width();
            product.in = in;
            product.inOffset = inOffset;
            product.weight = weight;
            product.firstRow = 0;
            product.width = shape.outChannels();
            product.bias = bias;
            product.activation = activation;
            product.residual = residual;
            product.residualOffset = residualOffset;
            product.out = out;
            product.outOffset = outOffset;
            linear.run(product);
            return;
        }
        call.in = in;
        call.inOffset = inOffset;
        call.planes = null;
        call.residual = residual;
        call.residualOffset = residualOffset;
        run(images, shape, weight, bias, activation, pool, out, outOffset);
    }

    /**
     * Runs a convolution over images as they come from preprocessing: {@code out = mean over squares (act(in * W + bias))}.
     *
     * @param planes [images, inChannels, height, width], from the start
     */
    public void runOnPlanes(
            int images,
            ConvolutionShape shape,
            float[] planes,
            WeightMatrix weight,
            float[] bias,
            Activation activation,
            int pool,
            FloatMemory out,
            int outOffset) {
        check(shape, weight, bias);
        if (pool < 1) {
            throw new IllegalArgumentException("pooling by " + pool);
        }
        if (images == 0) {
            return;
        }
        call.in = null;
        call.planes = planes;
        call.residual = null;
        run(images, shape, weight, bias, activation, pool, out, outOffset);
    }

    private void run(
            int images,
            ConvolutionShape shape,
            WeightMatrix weight,
            float[] bias,
            Activation activation,
            int pool,
            FloatMemory out,
            int outOffset) {
        call.images = images;
        call.shape = shape;
        call.weight = weight;
        call.bias = bias;
        call.activation = activation;
        call.pool = pool;
        call.out = out;
        call.outOffset = outOffset;
        if (call.pooledHeight() > 0 && call.pooledWidth() > 0) {
            routine.run(call);
        }
    }

    private static void check(ConvolutionShape shape, WeightMatrix weight, float[] bias) {
        if (weight.rows() != shape.outChannels() || weight.columns() != shape.filterSize()) {
            throw new IllegalArgumentException("weights of " + weight.rows() + " x " + weight.columns()
                    + " for a convolution of " + shape.outChannels() + " x " + shape.filterSize());
        }
        if (bias != null && bias.length != shape.outChannels()) {
            throw new IllegalArgumentException(
                    "a bias of " + bias.length + " values for " + shape.outChannels() + " channels");
        }
    }

    /** Frees what calls have made. Weights keep their packed forms until they are closed. */
    @Override
    public void close() {
        routine.close();
        linear.close();
    }
}
