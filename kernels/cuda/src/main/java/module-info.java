/** NVIDIA GPUs through the driver, and what is there of CUDA on this machine. The only module that uses the binding of NVIDIA's driver. */
module dev.clipjet.kernels.cuda {
    requires transitive dev.clipjet.device;
    requires jcuda;

    provides dev.clipjet.device.GpuProvider with
            dev.clipjet.kernels.cuda.CudaProvider;

    exports dev.clipjet.kernels.cuda;
}
