package dev.clipjet.kernels.cpu;

import dev.clipjet.numeric.Activation;

/**
 * What a linear layer is asked to do: {@code out = act(in W^T + bias + residual)}. One object per kernel, filled anew for
 * every call, so that a call allocates nothing.
 */
final class LinearCall {
    /** Rows M of input and output. */
    int rows;
    /** Input [M, K], dense, from {@link #inOffset}. */
    FloatMemory in;

    int inOffset;
    WeightMatrix weight;
    /** Rows of the weight that are used: {@link #width} from here on. */
    int firstRow;

    int width;
    /** Indexed like the weight's rows, or null. */
    float[] bias;

    Activation activation;
    /** What is added before the activation, [M, width], dense, from {@link #residualOffset}, or null. May be the output. */
    FloatMemory residual;

    int residualOffset;
    /** Output [M, width], dense, from {@link #outOffset}. */
    FloatMemory out;

    int outOffset;

    boolean addsToItsOutput() {
        return residual == out && residualOffset == outOffset;
    }
}
