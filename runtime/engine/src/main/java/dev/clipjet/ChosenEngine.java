package dev.clipjet;

import dev.clipjet.cpu.CpuEngine;
import dev.clipjet.device.DeviceException;
import dev.clipjet.device.DeviceProperties;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuProvider;
import dev.clipjet.engine.Engine;
import dev.clipjet.error.DeviceUnavailableException;
import dev.clipjet.gpu.GpuDevices;
import dev.clipjet.gpu.GpuEngine;
import dev.clipjet.kernels.cpu.Simd;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.weights.Checkpoint;
import java.util.Optional;

/**
 * The engine for a model, and why this one. What the caller asks for by name is used or is an error; only {@link Device#AUTO} may end
 * with the CPU.
 *
 * @param engine owned by the caller
 * @param reason for reports
 */
record ChosenEngine(Engine engine, String reason) {
    private static final String BY_CALLER = "chosen by the caller";

    /**
     * Chooses and loads.
     *
     * @param spec what the model is, with the caller's choices applied
     * @throws DeviceUnavailableException if the device that was asked for is not there
     */
    static ChosenEngine of(Checkpoint checkpoint, ModelSpec spec, ClipOptions options, GpuDevices gpus) {
        return switch (options.device()) {
            case CPU -> cpu(checkpoint, spec, options, BY_CALLER);
            case CUDA, EMULATED ->
                gpu(checkpoint, spec, options, gpus.named(options.device().label()), BY_CALLER);
            case AUTO -> {
                Optional<GpuProvider> provider = gpus.automatic();
                yield provider.isPresent()
                        ? gpu(checkpoint, spec, options, provider.get(), "there is a GPU")
                        : cpu(checkpoint, spec, options, gpus.whyNone());
            }
        };
    }

    private static ChosenEngine gpu(
            Checkpoint checkpoint, ModelSpec spec, ClipOptions options, GpuProvider provider, String reason) {
        GpuDevice device;
        try {
            device = provider.open();
        } catch (DeviceException e) {
            throw new DeviceUnavailableException(provider.name(), e.getMessage(), e);
        }
        DeviceProperties properties = device.properties();
        Engine engine = GpuEngine.open(
                provider.name(), checkpoint, spec, device, options.precision().storage());
        String remark = provider.remark().isEmpty() ? "" : "; " + provider.remark();
        return new ChosenEngine(
                engine,
                reason + "; " + properties.name() + ", compute capability " + properties.computeMajor() + "."
                        + properties.computeMinor() + ", " + options.precision().label() + remark);
    }

    private static ChosenEngine cpu(Checkpoint checkpoint, ModelSpec spec, ClipOptions options, String reason) {
        return new ChosenEngine(
                CpuEngine.open(checkpoint, spec, options.threads()),
                reason + "; " + options.threads() + " threads, " + Simd.description());
    }
}
