package dev.clipjet.kernels.cublas;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.GemmLibrary;
import dev.clipjet.device.GemmLibraryProvider;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.kernels.cuda.CudaDriverDevice;
import dev.clipjet.kernels.cuda.PrivateNatives;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Finds cuBLAS. The system property {@value #PROPERTY} says which: {@code 12}, {@code 13}, {@code off}, or {@code auto}, which tries
 * CUDA 13 first.
 */
public final class CublasProvider implements GemmLibraryProvider {
    /** {@code auto}, {@code 12}, {@code 13} or {@code off}. */
    public static final String PROPERTY = "clipjet.cublas";

    @Override
    public Search open(GpuDevice device) {
        List<String> report = new ArrayList<>();
        if (!(device instanceof CudaDriverDevice)) {
            return new Search(Optional.empty(), report);
        }
        String wanted = System.getProperty(PROPERTY, "auto").toLowerCase(Locale.ROOT);
        Optional<GemmLibrary> found = switch (wanted) {
            case "auto" -> try13(report).or(() -> try12(report));
            case "13" -> try13(report);
            case "12" -> try12(report);
            case "off" -> {
                report.add("cuBLAS is switched off by -D" + PROPERTY + "=off");
                yield Optional.empty();
            }
            default ->
                throw new IllegalArgumentException(
                        "-D" + PROPERTY + "=" + wanted + "; possible are auto, 12, 13 and off");
        };
        return new Search(found, report);
    }

    private static Optional<GemmLibrary> try12(List<String> report) {
        return attempt(
                report,
                "cuBLAS of CUDA 12",
                "it needs libcublas.so.12 (cublas64_12.dll), of the CUDA 12 toolkit, where the loader finds it",
                Cublas12::new);
    }

    private static Optional<GemmLibrary> try13(List<String> report) {
        return attempt(
                report,
                "cuBLAS of CUDA 13",
                "it needs libcublas.so.13, libcublasLt.so.13 and libcudart.so.13, of the CUDA 13 toolkit, where the loader finds them",
                Cublas13::new);
    }

    private static Optional<GemmLibrary> attempt(
            List<String> report, String what, String remedy, Supplier<GemmLibrary> constructor) {
        List<GemmLibrary> made = new ArrayList<>();
        try {
            PrivateNatives.load(() -> made.add(constructor.get()));
            report.add(made.get(0).description() + " is used");
            return Optional.of(made.get(0));
        } catch (LinkageError missing) {
            report.add(what + " is not there: " + reason(missing) + "; " + remedy);
        } catch (DeviceException refused) {
            report.add(what + " does not start: " + refused.getMessage());
        }
        return Optional.empty();
    }

    /** The first line of the innermost message, which names the library. */
    private static String reason(Throwable error) {
        Throwable innermost = error;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return String.valueOf(innermost.getMessage())
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse("no reason given");
    }
}
