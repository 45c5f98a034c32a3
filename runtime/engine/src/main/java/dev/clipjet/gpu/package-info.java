/**
 * The executor for GPUs. A {@code Lowering} turns a graph into a {@code Plan}: weights in the layout it wants, workspace, launches of the
 * shipped kernels. A plan is bound to memory of any {@link dev.clipjet.device.GpuDevice}, captured once, and replayed with one call.
 */
package dev.clipjet.gpu;
