package dev.clipjet.kernels.cuda;

import dev.clipjet.kernels.cuda.CudaStatus.Available;
import dev.clipjet.kernels.cuda.CudaStatus.Cause;
import dev.clipjet.kernels.cuda.CudaStatus.Unavailable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import jcuda.CudaException;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** Asks NVIDIA's driver what it has. Never throws: a machine without a driver is a usual answer. */
public final class CudaProbe {
    /** Platforms for which the binding has a native part. */
    private static final Set<String> PLATFORMS = Set.of("linux-x86_64", "windows-x86_64");

    private static final int NAME_BYTES = 256;

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
        } catch (CudaException e) {
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
        JCudaDriver.setExceptionsEnabled(true);
        int[] version = new int[1];
        JCudaDriver.cuDriverGetVersion(version);
        List<CudaDevice> devices = new ArrayList<>();
        for (int i = 0; i < count[0]; i++) {
            devices.add(device(i));
        }
        return new Available(version[0], devices);
    }

    private static CudaDevice device(int index) {
        CUdevice device = new CUdevice();
        JCudaDriver.cuDeviceGet(device, index);
        byte[] name = new byte[NAME_BYTES];
        JCudaDriver.cuDeviceGetName(name, name.length, device);
        long[] memory = new long[1];
        JCudaDriver.cuDeviceTotalMem(memory, device);
        return new CudaDevice(
                index,
                text(name),
                attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                memory[0],
                attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT));
    }

    private static int attribute(CUdevice device, int attribute) {
        int[] value = new int[1];
        JCudaDriver.cuDeviceGetAttribute(value, attribute, device);
        return value[0];
    }

    private static String text(byte[] zeroTerminated) {
        int length = 0;
        while (length < zeroTerminated.length && zeroTerminated[length] != 0) {
            length++;
        }
        return new String(zeroTerminated, 0, length, StandardCharsets.UTF_8);
    }
}
