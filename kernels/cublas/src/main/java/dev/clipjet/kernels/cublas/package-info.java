/** cuBLAS as a provider of matrix products, whichever version of it a machine has. */
package dev.clipjet.kernels.cublas;
