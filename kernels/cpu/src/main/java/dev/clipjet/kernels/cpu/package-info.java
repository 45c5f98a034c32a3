/** The operations of a CLIP tower on the CPU. */
package dev.clipjet.kernels.cpu;
