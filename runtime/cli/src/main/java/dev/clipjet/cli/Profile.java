package dev.clipjet.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.Precision;
import dev.clipjet.cli.profile.ProfileReport;
import dev.clipjet.cli.profile.TowerProfile;
import dev.clipjet.error.DeviceUnavailableException;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.files.TemporaryFolder;
import dev.clipjet.gpu.GpuDevices;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.synth.SynthArchitecture;
import dev.clipjet.weights.synth.SynthModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clipjet profile}: what the kernels of a forward pass do, counted on the emulator. */
@Command(
        name = "profile",
        description = {
            "Run a forward pass on the emulator and print what each kernel does, how long a model of a GPU says it takes, and the "
                    + "floor.",
            "The counts are exact; the times rank variants and promise nothing."
        })
final class Profile implements Callable<Integer> {
    private static final int SAMPLE_BLOCKS = 24;

    /** A caption of usual length, with start and end token. */
    private static final int TEXT_LENGTH = 12;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "MODEL", description = "Model directory or weight file.")
    private Path model;

    @Option(
            names = "--synth",
            paramLabel = "ARCH",
            converter = Synth.ArchitectureConverter.class,
            completionCandidates = Synth.Architectures.class,
            description =
                    "Instead of a model: one of ${COMPLETION-CANDIDATES}, with made-up weights in a temporary folder.")
    private SynthArchitecture architecture;

    @Option(names = "--tower", paramLabel = "T", description = "image (default) or text.")
    private String tower = "image";

    @Option(names = "--batch", paramLabel = "N", description = "Images or texts. Default: 1.")
    private int batch = 1;

    @Option(names = "--tokens", paramLabel = "N", description = "Tokens of each text. Default: ${DEFAULT-VALUE}.")
    private int tokens = TEXT_LENGTH;

    @Option(names = "--gpu", paramLabel = "GPU", description = "h200 (default), h100, a100 or l4.")
    private String gpu = "h200";

    @Option(
            names = "--dtype",
            paramLabel = "T",
            converter = ModelOptions.PrecisionConverter.class,
            description = "fp16 (default), bf16 or fp32.")
    private Precision precision = Precision.FP16;

    @Option(
            names = "--sample",
            description =
                    "Run two small parts of each distinct launch and extrapolate its counts, for batches that would take hours.")
    private boolean sample;

    @Option(names = "--json", description = "One JSON document on stdout.")
    private boolean json;

    @Mixin
    private CheckpointArguments checkpointArguments;

    @Override
    public Integer call() throws IOException {
        if ((model == null) == (architecture == null)) {
            throw new ParameterException(spec.commandLine(), "profile needs a MODEL or --synth, one of them");
        }
        if (!tower.equals("image") && !tower.equals("text")) {
            throw new ParameterException(
                    spec.commandLine(), "unknown --tower \"" + tower + "\", known are image, text");
        }
        if (batch < 1 || tokens < 1) {
            throw new ParameterException(spec.commandLine(), "--batch and --tokens are at least 1");
        }
        if (GpuDevices.installed().providers().stream()
                .noneMatch(provider -> provider.name().equals("emulated"))) {
            throw new DeviceUnavailableException("emulated", "its module is not on the class path");
        }
        if (architecture == null) {
            try (Checkpoint checkpoint = Checkpoint.open(model, checkpointArguments.options())) {
                profile(checkpoint);
            }
            return 0;
        }
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            SynthModel.write(architecture, "", precision.storage(), folder.path());
            try (Checkpoint checkpoint = Checkpoint.open(folder.path(), checkpointArguments.options())) {
                profile(checkpoint);
            }
        }
        return 0;
    }

    private void profile(Checkpoint checkpoint) {
        boolean image = tower.equals("image");
        if (image
                ? checkpoint.spec().vision().isEmpty()
                : checkpoint.spec().text().isEmpty()) {
            throw new InvalidInputException(checkpoint.source() + " has no " + tower + " tower");
        }
        TowerProfile profile = TowerProfile.of(
                checkpoint,
                precision.storage(),
                image ? TowerProfile.Side.IMAGE : TowerProfile.Side.TEXT,
                batch,
                tokens,
                gpu,
                sample ? SAMPLE_BLOCKS : 0,
                launch -> {});
        ProfileReport report = new ProfileReport(profile);
        String what = String.format(
                Locale.ROOT,
                "%s tower of %s, batch %d%s, %s",
                tower,
                architecture == null ? model : architecture.label(),
                batch,
                image ? "" : " of " + tokens + " tokens",
                precision.label());
        String how = sample
                ? "two parts of about " + SAMPLE_BLOCKS + " and " + 2 * SAMPLE_BLOCKS
                        + " blocks of each distinct launch were run, the rest is extrapolated from them"
                : "every block was run";
        if (json) {
            ObjectNode document = Json.object().put("what", what).put("how", how);
            document.setAll(report.json());
            Json.print(document, spec.commandLine().getOut());
        } else {
            spec.commandLine().getOut().println(what + "; " + how);
            report.print(spec.commandLine().getOut());
        }
    }
}
