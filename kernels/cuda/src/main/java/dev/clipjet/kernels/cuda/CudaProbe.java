package dev.clipjet.kernels.cuda;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.DeviceProperties;
import dev.clipjet.kernels.cuda.CudaStatus.Available;
import dev.clipjet.kernels.cuda.CudaStatus.Cause;
import dev.clipjet.kernels.cuda.CudaStatus.Unavailable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** Asks NVIDIA's driver what it has. Never throws: a machine without a driver is a usual answer. */
public final class CudaProbe {
    /** Platforms for which the binding has a native part. */
    private static final Set<String> PLATFORMS = Set.of("linux-x86_64", "windows-x86_64");

    private CudaProbe() {}

    /** The driver's answer, asked for once. */
    public static CudaStatus status() {
        return Holder.STATUS;
    }

    private static final class Holder {
        static final CudaStatus STATUS = probe();
    }

    private static CudaStatus probe() {
        String platform = platform(System.getProperty("os.name"), System.getProperty("os.arch"));
        if (!PLATFORMS.contains(platform)) {
            return new Unavailable(Cause.UNSUPPORTED_PLATFORM, "the CUDA binding has no native part for " + platform);
        }
        try {
            PrivateNatives.load(() -> JCudaDriver.setExceptionsEnabled(false));
            return query();
        } catch (LinkageError e) {
            return unavailable(e);
        } catch (DeviceException e) {
            return new Unavailable(Cause.DRIVER_ERROR, String.valueOf(e.getMessage()));
        }
    }

    /** Visible for tests: platform as the binding's natives are named. */
    static String platform(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String system = os.contains("win") && !os.contains("darwin") ? "windows" : os.contains("mac") ? "macosx" : os;
        String arch = osArch.equals("amd64") || osArch.equals("x86-64") ? "x86_64" : osArch;
        return system + "-" + arch;
    }

    /** Visible for tests: what an error while loading the binding says about the machine. */
    static Unavailable unavailable(LinkageError e) {
        String message = String.valueOf(e.getMessage());
        for (String driver : List.of("libcuda.so.1", "nvcuda.dll")) {
            if (message.contains(driver)) {
                return new Unavailable(Cause.NO_DRIVER, driver + " cannot be loaded: no NVIDIA driver is installed");
            }
        }
        return message.contains("dependent libraries")
                ? new Unavailable(Cause.NO_DRIVER, "nvcuda.dll cannot be loaded: no NVIDIA driver is installed")
                : new Unavailable(
                        Cause.BINDING_FAILED, message.lines().findFirst().orElse("no reason given"));
    }

    private static CudaStatus query() {
        JCudaDriver.setExceptionsEnabled(false);
        int result = JCudaDriver.cuInit(0);
        int[] count = new int[1];
        if (result == CUresult.CUDA_SUCCESS) {
            result = JCudaDriver.cuDeviceGetCount(count);
        }
        if (result == CUresult.CUDA_ERROR_NO_DEVICE || result == CUresult.CUDA_SUCCESS && count[0] == 0) {
            return new Unavailable(Cause.NO_DEVICE, "the driver finds no GPU that it can use");
        }
        if (result != CUresult.CUDA_SUCCESS) {
            return new Unavailable(Cause.DRIVER_ERROR, "the driver gives " + CUresult.stringFor(result));
        }
        DriverStatus status = new DriverStatus();
        int[] version = new int[1];
        status.check(JCudaDriver.cuDriverGetVersion(version), "cuDriverGetVersion");
        List<CudaDevice> devices = new ArrayList<>();
        for (int i = 0; i < count[0]; i++) {
            CUdevice device = new CUdevice();
            status.check(JCudaDriver.cuDeviceGet(device, i), "cuDeviceGet");
            DeviceProperties properties = CudaProperties.of(device, status);
            devices.add(new CudaDevice(
                    i,
                    properties.name(),
                    properties.computeMajor(),
                    properties.computeMinor(),
                    properties.totalMemory(),
                    properties.multiprocessors()));
        }
        return new Available(version[0], devices);
    }
}
