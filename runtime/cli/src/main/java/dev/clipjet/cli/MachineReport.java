package dev.clipjet.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.kernels.cpu.MatrixLibrary;
import dev.clipjet.kernels.cpu.Simd;
import dev.clipjet.kernels.cuda.CudaDevice;
import dev.clipjet.kernels.cuda.CudaLibrary;
import dev.clipjet.kernels.cuda.CudaProbe;
import dev.clipjet.kernels.cuda.CudaProvider;
import dev.clipjet.kernels.cuda.CudaStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** What {@code doctor} says about the machine, as a tree that is printed as text or JSON. */
final class MachineReport {
    private static final String GPU_USED = "--device auto and --device cuda run the towers on it";
    private static final String GPU_MISSING = "--device auto runs the towers on the CPU, --device cuda is an error";

    private MachineReport() {}

    static ObjectNode create() {
        ObjectNode report = Json.object();
        report.set("java", java());
        report.put(
                "os",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                        + System.getProperty("os.arch"));
        report.set("cpu", cpu());
        report.set("gpu", gpu());
        report.set("cuda_libraries", cudaLibraries());
        report.set("demo_model", demoModel());
        return report;
    }

    private static ObjectNode java() {
        return Json.object()
                .put("version", Runtime.version().toString())
                .put("vendor", System.getProperty("java.vendor"))
                .put("home", System.getProperty("java.home"))
                .put("heap_limit_mib", Runtime.getRuntime().maxMemory() >> 20);
    }

    private static ObjectNode cpu() {
        return Json.object()
                .put("model", cpuModel().orElse("unknown"))
                .put("cores", Runtime.getRuntime().availableProcessors())
                .put("vectors", Simd.description())
                .put("onednn", MatrixLibrary.description());
    }

    private static Optional<String> cpuModel() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"), StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException | java.io.UncheckedIOException e) {
            return Optional.ofNullable(System.getenv("PROCESSOR_IDENTIFIER")); // Windows
        }
    }

    private static ObjectNode gpu() {
        CudaStatus status = CudaProbe.status();
        ObjectNode gpu = Json.object();
        if (status instanceof CudaStatus.Available available) {
            gpu.put("available", true)
                    .put("driver_supports_cuda", available.cudaVersion())
                    .put("meaning", meaning());
            var devices = gpu.putArray("devices");
            for (CudaDevice device : available.devices()) {
                devices.addObject()
                        .put("index", device.index())
                        .put("name", device.name())
                        .put("compute_capability", device.computeCapability())
                        .put("memory_mib", device.memoryBytes() >> 20)
                        .put("multiprocessors", device.multiprocessors());
            }
        } else if (status instanceof CudaStatus.Unavailable unavailable) {
            gpu.put("available", false)
                    .put("cause", Labels.label(unavailable.cause()))
                    .put("detail", unavailable.detail())
                    .put("meaning", meaning());
        }
        return gpu;
    }

    private static String meaning() {
        return new CudaProvider()
                .unavailable()
                .map(why -> GPU_MISSING + ": " + why)
                .orElse(GPU_USED);
    }

    private static ObjectNode cudaLibraries() {
        ObjectNode libraries = Json.object();
        for (CudaLibrary library : CudaLibrary.all()) {
            String found = library.path().map(path -> "found: " + path).orElse("not found");
            libraries.put(library.name(), library.purpose() + "; " + found);
        }
        libraries.put(
                "meaning",
                "matrix products may use cuBLAS where it is found; without it, Clipjet's own kernels make them all");
        return libraries;
    }

    private static ObjectNode demoModel() {
        return Json.object()
                .put("built_in", DemoModel.isBuiltIn())
                .put(
                        "meaning",
                        DemoModel.isBuiltIn()
                                ? "commands work without --model"
                                : "every command that embeds needs --model");
    }
}
