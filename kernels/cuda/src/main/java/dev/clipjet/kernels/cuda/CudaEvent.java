package dev.clipjet.kernels.cuda;

import dev.clipjet.device.GpuEvent;
import jcuda.driver.CUevent;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** A point in a stream. */
final class CudaEvent implements GpuEvent, LiveResources.Resource {
    private final CudaDriverDevice device;
    private final CUevent event;

    CudaEvent(CudaDriverDevice device, CUevent event) {
        this.device = device;
        this.event = event;
    }

    CUevent handle() {
        return event;
    }

    @Override
    public boolean isDone() {
        device.enter("cuEventQuery");
        int result = JCudaDriver.cuEventQuery(event);
        if (result == CUresult.CUDA_ERROR_NOT_READY) {
            return false;
        }
        device.status().check(result, "cuEventQuery");
        return true;
    }

    @Override
    public void synchronize() {
        device.enter("cuEventSynchronize");
        device.status().check(JCudaDriver.cuEventSynchronize(event), "cuEventSynchronize");
    }

    @Override
    public float millisecondsSince(GpuEvent earlier) {
        device.enter("cuEventElapsedTime");
        float[] milliseconds = new float[1];
        device.status()
                .check(
                        JCudaDriver.cuEventElapsedTime(milliseconds, ((CudaEvent) earlier).event, event),
                        "cuEventElapsedTime");
        return milliseconds[0];
    }

    @Override
    public String description() {
        return "an event";
    }

    @Override
    public void close() {
        if (device.leave(this)) {
            device.status().check(JCudaDriver.cuEventDestroy(event), "cuEventDestroy");
        }
    }
}
