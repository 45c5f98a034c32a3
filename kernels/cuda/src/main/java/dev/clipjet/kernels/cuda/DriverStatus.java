package dev.clipjet.kernels.cuda;

import dev.clipjet.device.DeviceException;
import java.util.Set;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * Judges what driver calls return. Some errors leave the context unusable; after one of those every later call is refused with
 * a reminder of the first, since the driver's own answers would hide it.
 */
final class DriverStatus {
    /** Errors after which, by the driver's documentation, the process's context gives nothing but errors. */
    private static final Set<Integer> STICKY = Set.of(
            CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
            CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
            CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
            CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED,
            CUresult.CUDA_ERROR_ASSERT,
            CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
            CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
            CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
            CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
            CUresult.CUDA_ERROR_INVALID_PC,
            CUresult.CUDA_ERROR_LAUNCH_FAILED);

    private volatile DeviceException poison;

    /** Throws unless the call succeeded. */
    void check(int result, String call, String detail) {
        if (result != CUresult.CUDA_SUCCESS) {
            throw failure(result, call, detail);
        }
    }

    /** Throws unless the call succeeded. */
    void check(int result, String call) {
        check(result, call, "");
    }

    /** Refuses every call after a sticky error. */
    void ready(String call) {
        DeviceException first = poison;
        if (first != null) {
            throw new DeviceException(
                    call,
                    first.code(),
                    first.codeName(),
                    "the device is unusable since an earlier error: " + first.getMessage());
        }
    }

    /** Whether a sticky error has occurred. */
    boolean isPoisoned() {
        return poison != null;
    }

    private DeviceException failure(int result, String call, String detail) {
        DeviceException failure = new DeviceException(call, result, name(result), detail);
        if (STICKY.contains(result) && poison == null) {
            poison = failure;
        }
        return failure;
    }

    private static String name(int result) {
        String[] name = new String[1];
        // Newer drivers know more names than the binding.
        if (JCudaDriver.cuGetErrorName(result, name) == CUresult.CUDA_SUCCESS && name[0] != null) {
            return name[0];
        }
        return CUresult.stringFor(result);
    }
}
