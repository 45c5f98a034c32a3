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
import dev.clipjet.gpu.PixelScale;
import dev.clipjet.kernels.cpu.Simd;
import dev.clipjet.model.PreprocessSpec;
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
     * @param preprocess how the model's images are normalized, if it takes images
     * @throws DeviceUnavailableException if the device that was asked for is not there
     */
    static ChosenEngine of(
            Checkpoint checkpoint, Optional<PreprocessSpec> preprocess, ClipOptions options, GpuDevices gpus) {
        return switch (options.device()) {
            case CPU -> cpu(checkpoint, options, BY_CALLER);
            case CUDA, EMULATED ->
                gpu(checkpoint, preprocess, options, gpus.named(options.device().label()), BY_CALLER);
            case AUTO -> {
                Optional<GpuProvider> provider = gpus.automatic();
                yield provider.isPresent()
                        ? gpu(checkpoint, preprocess, options, provider.get(), "there is a GPU")
                        : cpu(checkpoint, options, gpus.whyNone());
            }
        };
    }

    private static ChosenEngine gpu(
            Checkpoint checkpoint,
            Optional<PreprocessSpec> preprocess,
            ClipOptions options,
            GpuProvider provider,
            String reason) {
        GpuDevice device;
        try {
            device = provider.open();
        } catch (DeviceException e) {
            throw new DeviceUnavailableException(provider.name(), e.getMessage(), e);
        }
        DeviceProperties properties = device.properties();
        Engine engine = new GpuEngine(
                provider.name(),
                checkpoint,
                device,
                preprocess.map(PixelScale::of),
                options.precision().storage());
        String remark = provider.remark().isEmpty() ? "" : "; " + provider.remark();
        return new ChosenEngine(
                engine,
                reason + "; " + properties.name() + ", compute capability " + properties.computeMajor() + "."
                        + properties.computeMinor() + ", " + options.precision().label() + remark);
    }

    private static ChosenEngine cpu(Checkpoint checkpoint, ClipOptions options, String reason) {
        return new ChosenEngine(
                new CpuEngine(checkpoint, options.threads()),
                reason + "; " + options.threads() + " threads, " + Simd.description());
    }
}
