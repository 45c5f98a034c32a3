package dev.clipjet.ptx.emulator;

import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuProvider;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.tensor.FastSums;
import java.util.Optional;

/** The emulator for whoever asks for it by name: an H200 under all checks. */
public final class EmulatedProvider implements GpuProvider {
    @Override
    public String name() {
        return "emulated";
    }

    @Override
    public boolean isAutomatic() {
        return false;
    }

    @Override
    public Optional<String> unavailable() {
        return Optional.empty();
    }

    @Override
    public String remark() {
        return "kernels run on the CPU, instruction by instruction and under all checks, thousands of times slower than on a GPU: for"
                + " tests only; " + FastSums.description();
    }

    @Override
    public GpuDevice open() {
        return new EmulatedDevice(
                EmulatedDevice.h200(), ExecutionOptions.standard().withCounters(false));
    }
}
