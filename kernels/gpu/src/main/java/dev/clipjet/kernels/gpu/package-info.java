/**
 * The kernels that ship: their PTX, what it needs, and launch wrappers that check shapes and alignment first.
 *
 * <p>Matrices are dense and row-major. Addresses are device addresses, sizes count elements unless they say bytes.
 */
package dev.clipjet.kernels.gpu;
