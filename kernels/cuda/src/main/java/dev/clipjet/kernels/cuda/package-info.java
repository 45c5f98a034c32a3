/** GPUs, the driver and the CUDA libraries of this machine. */
package dev.clipjet.kernels.cuda;
