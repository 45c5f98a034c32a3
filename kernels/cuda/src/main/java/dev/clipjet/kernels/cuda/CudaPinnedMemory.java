package dev.clipjet.kernels.cuda;

import dev.clipjet.device.PinnedMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/** Page-locked memory of the host. */
final class CudaPinnedMemory implements PinnedMemory, LiveResources.Resource {
    private final CudaDriverDevice device;
    private final Pointer pointer;
    private final ByteBuffer buffer;

    CudaPinnedMemory(CudaDriverDevice device, Pointer pointer, long bytes) {
        this.device = device;
        this.pointer = pointer;
        buffer = pointer.getByteBuffer(0, bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public String description() {
        return buffer.capacity() + " bytes of page-locked memory";
    }

    @Override
    public void close() {
        if (device.leave(this)) {
            device.status().check(JCudaDriver.cuMemFreeHost(pointer), "cuMemFreeHost");
        }
    }
}
