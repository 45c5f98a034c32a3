package dev.clipjet.kernels.cuda;

import dev.clipjet.device.DeviceMemory;
import jcuda.driver.JCudaDriver;

/** Memory of the device. */
final class CudaMemory implements DeviceMemory, LiveResources.Resource {
    private final CudaDriverDevice device;
    private final long address;
    private final long bytes;

    CudaMemory(CudaDriverDevice device, long address, long bytes) {
        this.device = device;
        this.address = address;
        this.bytes = bytes;
    }

    @Override
    public long address() {
        return address;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public String description() {
        return bytes + " bytes of device memory";
    }

    @Override
    public void close() {
        if (device.leave(this)) {
            device.status().check(JCudaDriver.cuMemFree(DeviceAddress.of(address)), "cuMemFree");
        }
    }
}
