/** The CUDA kernels as PTX, and a typed launch wrapper for each. Runs on any {@link dev.clipjet.device.GpuDevice}. */
module dev.clipjet.kernels.gpu {
    requires transitive dev.clipjet.core;
    requires transitive dev.clipjet.device;

    exports dev.clipjet.kernels.gpu;
}
