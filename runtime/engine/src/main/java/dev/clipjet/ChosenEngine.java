package dev.clipjet;

import dev.clipjet.cpu.CpuEngine;
import dev.clipjet.device.DeviceException;
import dev.clipjet.device.DeviceProperties;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuProvider;
import dev.clipjet.engine.Engine;
import dev.clipjet.error.DeviceUnavailableException;
import dev.clipjet.gpu.GpuEngine;
import dev.clipjet.gpu.PixelScale;
import dev.clipjet.kernels.cpu.Simd;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.weights.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * The engine for a model, and why this one. What the caller asks for by name is used or is an error; only {@link Device#AUTO} may end
 * with the CPU.
 *
 * @param engine owned by the caller
 * @param reason for reports
 */
record ChosenEngine(Engine engine, String reason) {
    private static final String BY_CALLER = "chosen by the caller";

    /** What is to run. */
    private record Model(Checkpoint checkpoint, Optional<PixelScale> pixels) {}

    static ChosenEngine of(Checkpoint checkpoint, Optional<PreprocessSpec> preprocess, ClipOptions options) {
        List<GpuProvider> providers =
                ServiceLoader.load(GpuProvider.class, ChosenEngine.class.getClassLoader()).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList();
        return of(checkpoint, preprocess, options, providers);
    }

    /** As above, among these providers. */
    static ChosenEngine of(
            Checkpoint checkpoint,
            Optional<PreprocessSpec> preprocess,
            ClipOptions options,
            List<GpuProvider> providers) {
        Model model = new Model(checkpoint, preprocess.map(PixelScale::of));
        return switch (options.device()) {
            case CPU -> cpu(model, options, BY_CALLER);
            case CUDA, EMULATED -> named(model, options, providers);
            case AUTO -> automatic(model, options, providers);
        };
    }

    private static ChosenEngine named(Model model, ClipOptions options, List<GpuProvider> providers) {
        String name = options.device().label();
        GpuProvider provider = providers.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new DeviceUnavailableException(
                        name, "its module is not on the class path" + found(providers)));
        provider.unavailable().ifPresent(why -> {
            throw new DeviceUnavailableException(name, why);
        });
        return gpu(model, options, provider, BY_CALLER);
    }

    private static String found(List<GpuProvider> providers) {
        return providers.isEmpty()
                ? ""
                : "; found are "
                        + String.join(
                                ", ", providers.stream().map(GpuProvider::name).toList());
    }

    private static ChosenEngine automatic(Model model, ClipOptions options, List<GpuProvider> providers) {
        List<String> reasons = new ArrayList<>();
        for (GpuProvider provider : providers) {
            if (provider.isAutomatic()) {
                Optional<String> unavailable = provider.unavailable();
                if (unavailable.isEmpty()) {
                    return gpu(model, options, provider, "there is a GPU");
                }
                reasons.add("no " + provider.name() + ": " + unavailable.get());
            }
        }
        return cpu(model, options, reasons.isEmpty() ? "no GPU module is on the class path" : String.join(", ", reasons));
    }

    private static ChosenEngine gpu(
            Model model, ClipOptions options, GpuProvider provider, String reason) {
        GpuDevice device;
        try {
            device = provider.open();
        } catch (DeviceException e) {
            throw new DeviceUnavailableException(provider.name(), e.getMessage(), e);
        }
        DeviceProperties properties = device.properties();
        Engine engine =
                new GpuEngine(provider.name(), model.checkpoint(), device, model.pixels(), options.precision().storage());
        String remark = provider.remark().isEmpty() ? "" : "; " + provider.remark();
        return new ChosenEngine(
                engine,
                reason + "; " + properties.name() + ", compute capability " + properties.computeMajor() + "."
                        + properties.computeMinor() + ", " + options.precision().label() + remark);
    }

    private static ChosenEngine cpu(Model model, ClipOptions options, String reason) {
        return new ChosenEngine(
                new CpuEngine(model, options.threads()),
                reason + "; " + options.threads() + " threads, " + Simd.description());
    }
}
