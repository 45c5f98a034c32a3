package dev.clipjet.weights.upload;

import dev.clipjet.numeric.ElementType;

/**
 * A weight in device memory.
 *
 * @param address of its first byte, a multiple of 256
 * @param bytes what it takes there
 * @param rows rows of the matrix
 * @param columns columns of the matrix
 * @param dtype element type on the device
 * @param layout where its elements lie
 */
public record UploadedWeight(
        String name, long address, long bytes, int rows, int columns, ElementType dtype, WeightLayout layout) {}
