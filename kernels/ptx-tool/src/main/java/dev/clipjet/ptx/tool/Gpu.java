package dev.clipjet.ptx.tool;

import dev.clipjet.device.DeviceProperties;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.profile.GpuModel;
import dev.clipjet.ptx.syntax.PtxModule;
import java.util.Arrays;
import java.util.List;

/** GPUs that can be pretended to be there, from NVIDIA's data sheets. */
enum Gpu {
    H200(GpuModel.H200, EmulatedDevice.h200()),
    H100(
            GpuModel.H100,
            new DeviceProperties(
                    "Emulated H100", 9, 0, 132, 227 << 10, 228 << 10, 65536, 1024, 2048, 32, 80_000_000_000L)),
    A100(GpuModel.A100, EmulatedDevice.a100()),
    L4(
            GpuModel.L4,
            new DeviceProperties("Emulated L4", 8, 9, 58, 99 << 10, 100 << 10, 65536, 1024, 1536, 24, 24_000_000_000L));

    private final GpuModel model;
    private final DeviceProperties properties;

    Gpu(GpuModel model, DeviceProperties properties) {
        this.model = model;
        this.properties = properties;
    }

    GpuModel model() {
        return model;
    }

    DeviceProperties properties() {
        return properties;
    }

    /** The architecture to assemble a module for: {@code sm_90a} where the module asks for it. */
    String architecture(PtxModule module) {
        return "sm_" + properties.computeCapability() + (specific(module) ? "a" : "");
    }

    /** Whether code of a module's {@code .target} runs here. */
    boolean runs(PtxModule module) {
        String digits = target(module).replaceAll("\\D", "");
        int needed = digits.isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(digits);
        int have = properties.computeCapability();
        return specific(module) ? have == needed : have >= needed;
    }

    private static String target(PtxModule module) {
        return module.targets().get(0);
    }

    private static boolean specific(PtxModule module) {
        return target(module).endsWith("a");
    }

    /** This GPU, if it runs the module. */
    Gpu require(PtxModule module) {
        if (!runs(module)) {
            List<Gpu> able =
                    Arrays.stream(values()).filter(gpu -> gpu.runs(module)).toList();
            throw new UsageException(module.file() + " is for " + target(module) + ", which " + this + " (sm_"
                    + properties.computeCapability() + ") does not run; "
                    + (able.isEmpty() ? "no GPU known here does" : "--gpu can be " + able));
        }
        return this;
    }
}
