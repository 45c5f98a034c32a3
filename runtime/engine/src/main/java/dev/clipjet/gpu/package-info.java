/**
 * The engine for GPUs: graphs lowered to launches of the shipped kernels on any {@link dev.clipjet.device.GpuDevice}, captured
 * once and replayed with one call.
 */
package dev.clipjet.gpu;
