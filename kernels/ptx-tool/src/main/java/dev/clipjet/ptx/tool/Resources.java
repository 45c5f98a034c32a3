package dev.clipjet.ptx.tool;

import dev.clipjet.ptx.assembler.AssemblerOptions;
import dev.clipjet.ptx.assembler.IsolatedAssembler;
import dev.clipjet.ptx.assembler.KernelResources;
import dev.clipjet.ptx.assembler.PtxAssemblyException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a kernel needs on each GPU, from the assembler, or why that is not known. */
final class Resources {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Map<Gpu, KernelResources> known = new EnumMap<>(Gpu.class);
    private final Map<Gpu, String> unknown = new EnumMap<>(Gpu.class);

    private Resources() {}

    /** Assembles for each GPU's architecture. */
    static Resources of(Request request, List<Gpu> gpus) {
        Resources resources = new Resources();
        Map<String, KernelResources> byArchitecture = new HashMap<>();
        try (IsolatedAssembler assembler = new IsolatedAssembler(LIMIT)) {
            for (Gpu gpu : gpus) {
                String architecture = gpu.architecture(request.module());
                try {
                    resources.known.put(
                            gpu, byArchitecture.computeIfAbsent(architecture, each -> one(assembler, request, each)));
                } catch (PtxAssemblyException refused) {
                    resources.unknown.put(
                            gpu, "the assembler: " + refused.complaints().get(0).problem());
                } catch (IllegalStateException | IllegalArgumentException absent) {
                    resources.unknown.put(gpu, absent.getMessage());
                }
            }
        }
        return resources;
    }

    private static KernelResources one(IsolatedAssembler assembler, Request request, String architecture) {
        return assembler
                .assemble(
                        request.file().name(),
                        request.file().text(),
                        AssemblerOptions.suited(architecture, request.file().text()))
                .kernel(request.entry().name());
    }

    Optional<KernelResources> on(Gpu gpu) {
        return Optional.ofNullable(known.get(gpu));
    }

    /** Why nothing is known of a GPU; empty if something is. */
    String reason(Gpu gpu) {
        return unknown.getOrDefault(gpu, "");
    }
}
