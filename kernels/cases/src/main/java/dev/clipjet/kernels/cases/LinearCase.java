package dev.clipjet.kernels.cases;

import dev.clipjet.numeric.Activation;

/**
 * A linear layer.
 *
 * @param m rows of input and output
 * @param n columns of the output
 * @param k columns of the input
 * @param activation of the sum and its bias
 * @param residual whether the result is added to the output
 */
public record LinearCase(String name, int m, int n, int k, Activation activation, boolean residual)
        implements KernelCase {
    @Override
    public String operation() {
        return "linear";
    }

    @Override
    public double operations() {
        return 2.0 * m * n * k;
    }

    @Override
    public double elements() {
        return (double) m * k + (double) n * k + (double) m * n * (residual ? 2 : 1);
    }
}
