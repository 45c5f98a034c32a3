package dev.clipjet.tests.gpu;

import dev.clipjet.device.GpuDevice;
import dev.clipjet.kernels.cuda.CudaProvider;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.function.Supplier;

/**
 * What is compared.
 *
 * @param name of the device under test
 * @param tested opens the device under test
 */
record Devices(String name, Supplier<GpuDevice> tested) {
    /** The GPU of this machine. */
    static Devices cuda() {
        return new Devices("cuda", () -> new CudaProvider().open());
    }

    /** In place of a GPU an emulator with another schedule, and tensor cores that round as an H100's. */
    static Devices emulated() {
        return new Devices(
                "emulated",
                () -> new EmulatedDevice(
                        EmulatedDevice.h200(),
                        ExecutionOptions.standard()
                                .withCounters(false)
                                .withSeed(11)
                                .withMma(ExecutionOptions.MmaModel.H100)));
    }

    /** The emulator that stands for what PTX says, as the device under test would describe itself. */
    static GpuDevice reference(GpuDevice tested) {
        return new EmulatedDevice(
                tested.properties(), ExecutionOptions.standard().withCounters(false));
    }
}
