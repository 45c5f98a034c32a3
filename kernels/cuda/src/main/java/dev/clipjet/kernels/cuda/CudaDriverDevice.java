package dev.clipjet.kernels.cuda;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.DeviceProperties;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuEvent;
import dev.clipjet.device.GpuModule;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.PinnedMemory;
import dev.clipjet.kernels.cuda.CudaStatus.Available;
import dev.clipjet.kernels.cuda.CudaStatus.Unavailable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;

/**
 * A GPU through NVIDIA's driver. It uses the device's primary context, which it shares with cuBLAS, and makes it current in every
 * thread that calls.
 */
public final class CudaDriverDevice implements GpuDevice {
    private static final int LOG_BYTES = 8192;

    private final CUdevice device;
    private final CUcontext context;
    private final DeviceProperties properties;
    private final DriverStatus status = new DriverStatus();
    private final LiveResources live = new LiveResources();
    private boolean closed;

    private CudaDriverDevice(int index) {
        JCudaDriver.setExceptionsEnabled(false);
        status.check(JCudaDriver.cuInit(0), "cuInit");
        device = new CUdevice();
        status.check(JCudaDriver.cuDeviceGet(device, index), "cuDeviceGet", "device " + index);
        properties = CudaProperties.of(device, status);
        context = new CUcontext();
        status.check(JCudaDriver.cuDevicePrimaryCtxRetain(context, device), "cuDevicePrimaryCtxRetain");
    }

    /**
     * Opens a device.
     *
     * @param index number by which the driver knows it, from 0
     * @throws DeviceException if there is no such device or it cannot be used; the message says why
     */
    public static CudaDriverDevice open(int index) {
        CudaStatus found = CudaProbe.status();
        if (found instanceof Unavailable none) {
            throw new DeviceException(
                    "open device " + index,
                    CUresult.CUDA_ERROR_NO_DEVICE,
                    none.cause().name(),
                    none.detail());
        }
        int devices = ((Available) found).devices().size();
        if (index < 0 || index >= devices) {
            throw new DeviceException(
                    "open device " + index,
                    CUresult.CUDA_ERROR_INVALID_DEVICE,
                    "CUDA_ERROR_INVALID_DEVICE",
                    "the driver knows " + devices + " devices, from 0 on");
        }
        return new CudaDriverDevice(index);
    }

    @Override
    public DeviceProperties properties() {
        return properties;
    }

    @Override
    public DeviceMemory allocate(long bytes) {
        enter("cuMemAlloc");
        DeviceAddress pointer = new DeviceAddress();
        status.check(JCudaDriver.cuMemAlloc(pointer, bytes), "cuMemAlloc", bytes + " bytes");
        return live.add(new CudaMemory(this, pointer.value(), bytes));
    }

    @Override
    public PinnedMemory allocatePinned(long bytes) {
        enter("cuMemHostAlloc");
        if (bytes < 1 || bytes > Integer.MAX_VALUE) {
            status.check(CUresult.CUDA_ERROR_INVALID_VALUE, "cuMemHostAlloc", bytes + " bytes");
        }
        Pointer pointer = new Pointer();
        status.check(JCudaDriver.cuMemHostAlloc(pointer, bytes, 0), "cuMemHostAlloc", bytes + " bytes");
        return live.add(new CudaPinnedMemory(this, pointer, bytes));
    }

    @Override
    public GpuModule loadModule(String name, String ptx) {
        enter("cuModuleLoadDataEx");
        byte[] text = ptx.getBytes(StandardCharsets.UTF_8);
        JITOptions options = new JITOptions();
        options.putBytes(CUjit_option.CU_JIT_ERROR_LOG_BUFFER, new byte[LOG_BYTES]);
        options.putInt(CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
        CUmodule module = new CUmodule();
        // The driver wants a zero at the end.
        int result = JCudaDriver.cuModuleLoadDataJIT(module, Pointer.to(Arrays.copyOf(text, text.length + 1)), options);
        if (result != CUresult.CUDA_SUCCESS) {
            String log = options.getString(CUjit_option.CU_JIT_ERROR_LOG_BUFFER);
            status.check(result, "cuModuleLoadDataEx", name + (log == null ? "" : ": " + log.strip()));
        }
        return live.add(new CudaModule(this, name, module));
    }

    @Override
    public GpuStream createStream() {
        enter("cuStreamCreate");
        NativeHandles.StreamHandle stream = new NativeHandles.StreamHandle();
        status.check(JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING), "cuStreamCreate");
        return live.add(new CudaStream(this, stream));
    }

    @Override
    public GpuEvent createEvent(boolean timed) {
        enter("cuEventCreate");
        CUevent event = new CUevent();
        int flags = timed ? CUevent_flags.CU_EVENT_DEFAULT : CUevent_flags.CU_EVENT_DISABLE_TIMING;
        status.check(JCudaDriver.cuEventCreate(event, flags), "cuEventCreate");
        return live.add(new CudaEvent(this, event));
    }

    @Override
    public void synchronize() {
        enter("cuCtxSynchronize");
        status.check(JCudaDriver.cuCtxSynchronize(), "cuCtxSynchronize");
    }

    /** Prepares the calling thread for a driver call. */
    void enter(String call) {
        if (closed) {
            throw new IllegalStateException(call + ": " + properties.name() + " is closed");
        }
        status.ready(call);
        status.check(JCudaDriver.cuCtxSetCurrent(context), "cuCtxSetCurrent");
    }

    DriverStatus status() {
        return status;
    }

    LiveResources live() {
        return live;
    }

    /**
     * Prepares the release of a resource.
     *
     * @return false if there is nothing to release: it was released before, or the context is unusable and takes all with it
     */
    boolean leave(LiveResources.Resource resource) {
        return live.remove(resource)
                && !status.isPoisoned()
                && JCudaDriver.cuCtxSetCurrent(context) == CUresult.CUDA_SUCCESS;
    }

    /**
     * Releases the device.
     *
     * @throws IllegalStateException if something was not closed before; it is closed now, and the message names it
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        Optional<String> leak = live.closeAll();
        closed = true;
        int result = JCudaDriver.cuDevicePrimaryCtxRelease(device);
        if (leak.isPresent()) {
            throw new IllegalStateException(properties.name() + " is closed, but " + leak.get());
        }
        if (!status.isPoisoned()) {
            status.check(result, "cuDevicePrimaryCtxRelease");
        }
    }
}
