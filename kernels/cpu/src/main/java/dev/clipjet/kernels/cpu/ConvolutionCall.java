package dev.clipjet.kernels.cpu;

import dev.clipjet.numeric.Activation;

/**
 * What a convolution is asked to do: {@code out = act(in * W + bias + residual)}, then perhaps the mean over squares. One
 * object per kernel, filled anew for every call, so that a call allocates nothing.
 */
final class ConvolutionCall {
    int images;
    ConvolutionShape shape;
    /** Input [images, height, width, channels], from {@link #inOffset}, or null if {@link #planes} are the input. */
    FloatMemory in;

    int inOffset;
    /** Input [images, channels, height, width], from the start, or null. */
    float[] planes;

    WeightMatrix weight;
    /** One value per output channel, or null. */
    float[] bias;

    Activation activation;
    /** What is added before the activation, shaped like the output, or null. Not together with pooling. May be the output. */
    FloatMemory residual;

    int residualOffset;
    /** Side of the squares whose mean is stored, side by side; 1 to store every pixel. */
    int pool;
    /** Output [images, out height / pool, out width / pool, channels]. */
    FloatMemory out;

    int outOffset;

    boolean addsToItsOutput() {
        return residual == out && residualOffset == outOffset;
    }

    int pooledHeight() {
        return shape.outHeight() / pool;
    }

    int pooledWidth() {
        return shape.outWidth() / pool;
    }
}
