package dev.clipjet.cli.profile;

import dev.clipjet.device.DeviceProperties;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.kernels.gpu.KernelLibrary;
import dev.clipjet.kernels.gpu.KernelManifest;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.profile.GpuModel;

/**
 * A GPU that is modelled.
 *
 * @param model its rates
 * @param properties what it says of itself
 */
record ProfiledGpu(GpuModel model, DeviceProperties properties) {
    /** Bytes a second of an H200, as measured by copies, and operations a second of its tensor cores in fp16, as measured. */
    private static final double H200_BYTES = 4.3e12;

    private static final double H200_OPERATIONS = 780e12;

    /**
     * The GPU of a name.
     *
     * @throws InvalidInputException if none has it
     */
    static ProfiledGpu of(String name) {
        GpuModel model;
        try {
            model = GpuModel.of(name);
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException(e.getMessage(), e);
        }
        return new ProfiledGpu(model, EmulatedDevice.of(model));
    }

    /** Registers of a thread of an entry, as the assembler counted them for this architecture. */
    int registers(KernelManifest manifest, String entry) {
        String target = "sm_" + model.capability();
        boolean known = manifest.entries().stream()
                .anyMatch(each -> each.name().equals(entry) && each.target().equals(target));
        return manifest.registers(entry, known ? target : KernelLibrary.HOPPER_TARGET);
    }

    /** Microseconds in which so many bytes pass and so many operations are done, whichever takes longer; at measured rates if known. */
    double floor(double bytes, double operations) {
        return model.equals(GpuModel.H200)
                ? 1e6 * Math.max(bytes / H200_BYTES, operations / H200_OPERATIONS)
                : model.floor(bytes, operations);
    }
}
