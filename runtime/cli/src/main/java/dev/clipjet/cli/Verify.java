package dev.clipjet.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.Device;
import dev.clipjet.Precision;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuProvider;
import dev.clipjet.error.DeviceUnavailableException;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.gpu.GpuDevices;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTower;
import dev.clipjet.preprocess.DecodeOptions;
import dev.clipjet.preprocess.ImageDecoder;
import dev.clipjet.preprocess.Preprocessor;
import dev.clipjet.verify.OperationError;
import dev.clipjet.verify.TowerVerifier;
import dev.clipjet.weights.Checkpoint;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clipjet verify}: a model on a GPU against the CPU, operation by operation. */
@Command(
        name = "verify",
        description =
                "Run a model on a GPU and on the CPU, and print the difference after every operation. Exit code 3 if the "
                        + "embeddings differ more than the precision allows.")
final class Verify implements Callable<Integer> {
    private static final long SEED = 20_260_101;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "MODEL", description = "Model directory or weight file.")
    private Path model;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            converter = ModelOptions.DeviceConverter.class,
            description = "What is verified: cuda, emulated, or auto (default: cuda).")
    private Device device = Device.AUTO;

    @Option(
            names = "--dtype",
            paramLabel = "T",
            converter = ModelOptions.PrecisionConverter.class,
            description = "fp16 (default), bf16 or fp32.")
    private Precision precision = Precision.FP16;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "A photo; may be given several times. Default: two images of seeded noise.")
    private List<Path> images = List.of();

    @Option(names = "--json", description = "One JSON document on stdout.")
    private boolean json;

    @Mixin
    private CheckpointArguments checkpointArguments;

    @Override
    public Integer call() {
        GpuProvider provider = provider();
        PrintWriter err = spec.commandLine().getErr();
        if (!provider.remark().isEmpty()) {
            err.println("clipjet: " + provider.name() + ": " + provider.remark());
            err.flush();
        }
        double tolerance = TowerVerifier.tolerance(precision.storage());
        List<OperationError> errors = new ArrayList<>();
        String name;
        try (Checkpoint checkpoint = Checkpoint.open(model, checkpointArguments.options());
                GpuDevice gpu = provider.open();
                TowerVerifier verifier = new TowerVerifier(
                        checkpoint,
                        gpu,
                        precision.storage(),
                        Runtime.getRuntime().availableProcessors())) {
            name = gpu.properties().name();
            if (checkpoint.spec().vision().isPresent()) {
                verifier.images(pixels(checkpoint), error -> report(error, errors, tolerance));
            }
            checkpoint
                    .spec()
                    .text()
                    .ifPresent(text -> verifier.texts(texts(text), error -> report(error, errors, tolerance)));
        }
        boolean passed = errors.stream().noneMatch(error -> error.isResult() && !(error.error() <= tolerance));
        if (json) {
            Json.print(
                    document(name, errors, tolerance, passed),
                    spec.commandLine().getOut());
        } else {
            spec.commandLine()
                    .getOut()
                    .printf(
                            Locale.ROOT,
                            "%s on %s in %s: embeddings %s the tolerance of %.1e%n",
                            model,
                            name,
                            precision.label(),
                            passed ? "are within" : "EXCEED",
                            tolerance);
        }
        return passed ? 0 : Failures.DIFFERENT;
    }

    private GpuProvider provider() {
        GpuDevices gpus = GpuDevices.installed();
        return switch (device) {
            case CPU ->
                throw new InvalidInputException("the CPU is what a device is compared with: --device cuda or emulated");
            case AUTO ->
                gpus.automatic()
                        .orElseThrow(() -> new DeviceUnavailableException(
                                "GPU", gpus.whyNone() + "; --device emulated runs the same kernels on an emulator"));
            case CUDA, EMULATED -> gpus.named(device.label());
        };
    }

    private List<byte[]> pixels(Checkpoint checkpoint) {
        ImageTower vision = checkpoint.spec().vision().orElseThrow();
        int size = 3 * vision.imageSize() * vision.imageSize();
        List<byte[]> pixels = new ArrayList<>();
        if (images.isEmpty()) {
            Random random = new Random(SEED);
            for (int i = 0; i < 2; i++) {
                byte[] noise = new byte[size];
                random.nextBytes(noise);
                pixels.add(noise);
            }
        }
        Preprocessor preprocessor =
                Preprocessor.of(checkpoint.spec().preprocess().orElseThrow());
        for (Path image : images) {
            byte[] rgb = preprocessor
                    .crop(ImageDecoder.decode(image, DecodeOptions.DEFAULT))
                    .rgb();
            if (rgb.length != size) {
                throw new InvalidInputException(
                        image + " has " + rgb.length + " bytes after preprocessing, the model takes " + size);
            }
            pixels.add(rgb);
        }
        return pixels;
    }

    /** A short and a long text of seeded ids. */
    private static List<int[]> texts(TextTower text) {
        Random random = new Random(SEED);
        List<int[]> texts = new ArrayList<>();
        for (int length : new int[] {Math.min(10, text.contextLength()), text.contextLength()}) {
            int[] ids = new int[text.seesPadding() ? text.contextLength() : length];
            int end = text.pooling() == TextPooling.END_TOKEN ? text.endTokenId() : text.vocabSize() - 1;
            for (int i = 0; i < length - 1; i++) {
                int id = random.nextInt(text.vocabSize() - 1);
                ids[i] = id == end ? 0 : id;
            }
            ids[length - 1] = end;
            texts.add(PooledToken.cut(text, ids));
        }
        return texts;
    }

    private void report(OperationError error, List<OperationError> errors, double tolerance) {
        errors.add(error);
        if (!json) {
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    Locale.ROOT,
                    "%-48s %8.1e%s%n",
                    error.operation(),
                    error.error(),
                    error.error() <= tolerance ? "" : "  above " + String.format(Locale.ROOT, "%.1e", tolerance));
            out.flush();
        }
    }

    private ObjectNode document(String name, List<OperationError> errors, double tolerance, boolean passed) {
        ObjectNode document = Json.object()
                .put("model", model.toString())
                .put("device", name)
                .put("dtype", precision.label())
                .put("tolerance", tolerance)
                .put("passed", passed);
        ArrayNode operations = document.putArray("operations");
        for (OperationError error : errors) {
            operations
                    .addObject()
                    .put("tower", error.tower())
                    .put("operation", error.operation())
                    .put("error", error.error())
                    .put("result", error.isResult());
        }
        return document;
    }
}
