package dev.clipjet.kernels.cuda;

import java.util.List;

/** What the driver says. */
public sealed interface CudaStatus {

    /**
     * There is a driver with at least one device.
     *
     * @param driverVersion newest CUDA version that the driver supports, 1000 major + 10 minor
     * @param devices at least one
     */
    record Available(int driverVersion, List<CudaDevice> devices) implements CudaStatus {
        public Available {
            devices = List.copyOf(devices);
        }

        /** For example {@code 12.6}. */
        public String cudaVersion() {
            return driverVersion / 1000 + "." + driverVersion % 1000 / 10;
        }
    }

    /** There is none, or it cannot be used. */
    record Unavailable(Cause cause, String detail) implements CudaStatus {}

    /** Why CUDA cannot be used. */
    enum Cause {
        /** The binding has no native part for this system. */
        UNSUPPORTED_PLATFORM,
        /** The driver's library is not there: no NVIDIA driver is installed. */
        NO_DRIVER,
        /** The native part of the binding cannot be loaded, for another reason. */
        BINDING_FAILED,
        /** There is a driver, and no GPU that it can use. */
        NO_DEVICE,
        /** The driver gave an error. */
        DRIVER_ERROR
    }
}
