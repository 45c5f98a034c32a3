package dev.clipjet.kernels.cuda;

import dev.clipjet.device.GpuStream;
import jcuda.Pointer;
import jcuda.driver.CUstream;

/** What other libraries of CUDA need of a device's objects. They stay owned by the device. */
public final class NativeHandles {
    private NativeHandles() {}

    /** The binding's object of a stream. */
    public static CUstream stream(GpuStream stream) {
        return owned(stream).handle();
    }

    /** The driver's handle of a stream. */
    public static long streamAddress(GpuStream stream) {
        return owned(stream).handle().address();
    }

    /** The binding's object for a device address. */
    public static Pointer pointer(long address) {
        return DeviceAddress.of(address);
    }

    private static CudaStream owned(GpuStream stream) {
        if (stream instanceof CudaStream own) {
            return own;
        }
        throw new IllegalArgumentException("a stream of " + stream.getClass().getName() + " is none of CUDA's");
    }

    /** A stream whose handle can be read: the binding hides it. */
    static final class StreamHandle extends CUstream {
        long address() {
            return getNativePointer();
        }
    }
}
