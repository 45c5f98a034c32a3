/** NVIDIA's PTX assembler, without a GPU. */
package dev.clipjet.ptx.assembler;
