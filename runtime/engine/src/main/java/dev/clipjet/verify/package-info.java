/** Comparison of the GPU's towers with the CPU's, operation by operation. */
package dev.clipjet.verify;
