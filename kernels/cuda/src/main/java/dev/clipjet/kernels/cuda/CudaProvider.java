package dev.clipjet.kernels.cuda;

import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuProvider;
import dev.clipjet.kernels.cuda.CudaStatus.Available;
import dev.clipjet.kernels.cuda.CudaStatus.Unavailable;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The first GPU of NVIDIA's driver on which the kernels run, in the driver's order. */
public final class CudaProvider implements GpuProvider {
    private static final int OLDEST_MAJOR = 8;

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public boolean isAutomatic() {
        return true;
    }

    @Override
    public Optional<String> unavailable() {
        return unavailable(CudaProbe.status());
    }

    /** Visible for tests: what an answer of the driver means. */
    static Optional<String> unavailable(CudaStatus status) {
        if (status instanceof Unavailable none) {
            return Optional.of(none.detail());
        }
        List<CudaDevice> devices = ((Available) status).devices();
        if (devices.stream().anyMatch(CudaProvider::isUsable)) {
            return Optional.empty();
        }
        return Optional.of(devices.stream()
                .map(device -> device.name() + " has compute capability " + device.computeCapability())
                .collect(Collectors.joining(", ", "", "; the kernels need 8.0 or later")));
    }

    private static boolean isUsable(CudaDevice device) {
        return device.computeMajor() >= OLDEST_MAJOR;
    }

    @Override
    public String remark() {
        return "";
    }

    @Override
    public GpuDevice open() {
        int index = CudaProbe.status() instanceof Available available
                ? available.devices().stream()
                        .filter(CudaProvider::isUsable)
                        .findFirst()
                        .map(CudaDevice::index)
                        .orElse(0)
                : 0;
        return CudaDriverDevice.open(index);
    }
}
