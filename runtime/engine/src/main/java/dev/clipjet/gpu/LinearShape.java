package dev.clipjet.gpu;

import dev.clipjet.numeric.Activation;

/**
 * A linear layer {@code out = act(in W^T + bias)}, or {@code out += in W^T + bias}.
 *
 * @param m rows of the activations
 * @param n rows of the weight
 * @param k columns of both
 * @param activation none if {@code residual}
 * @param residual whether the result is added to {@code out}
 */
record LinearShape(int m, int n, int k, Activation activation, boolean residual) {}
