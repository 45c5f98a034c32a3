package dev.clipjet.kernels.cases;

import dev.clipjet.numeric.ElementType;

/** An operation with its sizes. */
public sealed interface KernelCase permits ConvolutionCase, DepthwiseCase, LinearCase {
    /** Unique among the cases of an operation: where in a model it occurs, or what is odd about it. */
    String name();

    /** The operation: {@code convolution}, {@code depthwise} or {@code linear}. */
    String operation();

    /** Multiplications and additions. */
    double operations();

    /** Elements of inputs, weights and outputs, each moved once. */
    double elements();

    /** Bytes of inputs, weights and outputs, each moved once. */
    default double bytes(ElementType type) {
        return elements() * type.bytes();
    }
}
