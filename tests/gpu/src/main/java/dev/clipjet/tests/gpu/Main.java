package dev.clipjet.tests.gpu;

import dev.clipjet.kernels.cuda.CudaProvider;
import dev.clipjet.numeric.ElementType;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The suite: {@code java -cp 'FOLDER/*' dev.clipjet.tests.gpu.Main --golden DIR [--device cuda|emulated] [--case NAME]...
 * [--embeddings-only] [--no-sanitizer]}.
 */
public final class Main {
    static final int PASSED = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;

    /** There is no GPU that the kernels run on. */
    static final int NO_GPU = 3;

    private final PrintStream out;
    private Path golden;
    private String device = "cuda";
    private final List<String> names = new ArrayList<>();
    private boolean embeddingsOnly;
    private boolean sanitize = true;

    private Main(PrintStream out) {
        this.out = out;
    }

    /** Runs the suite and exits with 0 passed, 1 failed, 2 wrong usage, 3 no GPU. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        System.exit(run(System.out, arguments));
    }

    static int run(PrintStream out, String... arguments) throws IOException, InterruptedException {
        return new Main(out).suite(arguments);
    }

    private int suite(String... arguments) throws IOException, InterruptedException {
        Optional<String> wrong = parse(arguments);
        if (wrong.isPresent()) {
            out.println(wrong.get());
            return USAGE;
        }
        boolean emulated = device.equals("emulated");
        if (!emulated) {
            Optional<String> why = new CudaProvider().unavailable();
            if (why.isPresent()) {
                out.println("NO GPU: " + why.get() + "; --device emulated compares the emulator with itself");
                return NO_GPU;
            }
        }
        List<GoldenCase> cases = GoldenCase.all(golden).stream()
                .filter(each -> names.isEmpty() || names.contains(each.name()))
                .toList();
        if (cases.isEmpty()) {
            out.println("no cases in " + golden);
            return USAGE;
        }
        Devices devices = emulated ? Devices.emulated() : Devices.cuda();
        List<String> failures = new ArrayList<>(golden(cases, devices));
        if (!embeddingsOnly) {
            failures.addAll(launches(cases, devices));
            if (sanitize && !emulated) {
                failures.addAll(sanitized(cases));
            }
        }
        failures.forEach(failure -> out.println("FAILED " + failure));
        out.println(failures.isEmpty() ? "PASSED" : failures.size() + " FAILURES");
        return failures.isEmpty() ? PASSED : FAILED;
    }

    private Optional<String> parse(String... arguments) {
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--embeddings-only" -> embeddingsOnly = true;
                case "--no-sanitizer" -> sanitize = false;
                case "--golden", "--device", "--case" -> {
                    if (i + 1 == arguments.length) {
                        return Optional.of(arguments[i] + " needs a value");
                    }
                    take(arguments[i], arguments[++i]);
                }
                default -> {
                    return Optional.of("unknown argument " + arguments[i]);
                }
            }
        }
        if (golden == null || !Files.isDirectory(golden)) {
            return Optional.of("--golden names the folder of reference data");
        }
        return device.equals("cuda") || device.equals("emulated")
                ? Optional.empty()
                : Optional.of("unknown device " + device + ", known are cuda, emulated");
    }

    private void take(String option, String value) {
        switch (option) {
            case "--golden" -> golden = Path.of(value);
            case "--device" -> device = value;
            default -> names.add(value);
        }
    }

    private List<String> golden(List<GoldenCase> cases, Devices devices) {
        GoldenCheck check = new GoldenCheck();
        for (GoldenCase model : cases) {
            for (ElementType type : ElementType.computing()) {
                check.embeddings(model, devices, type);
                if (!embeddingsOnly) {
                    check.operations(model, devices, type);
                }
            }
        }
        out.println(cases.size() + " models in three precisions against the original, "
                + check.failures().size() + " failures");
        return check.failures();
    }

    private List<String> launches(List<GoldenCase> cases, Devices devices) {
        LaunchComparison comparison = new LaunchComparison();
        for (GoldenCase model : cases) {
            for (ElementType type : ElementType.computing()) {
                comparison.compare(model, devices, type);
            }
        }
        out.println("launch by launch against the emulator:");
        comparison.kinds().forEach((kind, result) -> out.println("  " + kind + ": " + result));
        return comparison.failures();
    }

    private List<String> sanitized(List<GoldenCase> cases) throws IOException, InterruptedException {
        Optional<Path> sanitizer = Sanitizer.find();
        if (sanitizer.isEmpty()) {
            return List.of("compute-sanitizer is not installed (CUDA toolkit); --no-sanitizer goes without");
        }
        List<String> failures = new ArrayList<>();
        for (String tool : Sanitizer.TOOLS) {
            Optional<String> found =
                    Sanitizer.run(sanitizer.get(), tool, golden, cases.get(0).name());
            out.println("compute-sanitizer " + tool + ": " + (found.isEmpty() ? "clean" : "errors"));
            found.ifPresent(text -> failures.add("compute-sanitizer " + tool + ":\n" + text));
        }
        return failures;
    }
}
