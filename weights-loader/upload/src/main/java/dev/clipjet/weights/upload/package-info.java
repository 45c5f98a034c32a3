/**
 * Weights on their way from the mapped file to the device. A {@link dev.clipjet.weights.upload.RowSource} gives elements, a
 * {@link dev.clipjet.weights.upload.WeightLayout} says where they go, and {@link dev.clipjet.weights.upload.WeightUploader} streams
 * them through two pinned buffers into one block of device memory.
 */
package dev.clipjet.weights.upload;
