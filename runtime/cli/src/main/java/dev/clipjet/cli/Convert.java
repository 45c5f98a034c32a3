package dev.clipjet.cli;

import dev.clipjet.convert.Conversion;
import dev.clipjet.convert.ConversionOptions;
import dev.clipjet.convert.ConversionReport;
import dev.clipjet.convert.ModelSource;
import dev.clipjet.convert.TargetFormat;
import dev.clipjet.convert.Tower;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.tokenizer.BuiltInVocabularyFiles;
import dev.clipjet.weights.Checkpoint;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code clipjet convert}: a model in another format. */
@Command(
        name = "convert",
        description = {
            "Write a model in another format.",
            "The result appears in one step, complete. A run that was killed leaves DST.partial; the same command again "
                    + "goes on with it, another one removes it. What the format cannot express is refused before "
                    + "anything is written."
        })
final class Convert implements Callable<Integer> {
    private static final String STORED = "stored";

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "SRC", description = "A model directory or a weight file.")
    private Path source;

    @Parameters(
            index = "1",
            paramLabel = "DST",
            description = "New or empty folder; for --to openai a new file that ends in .pt.")
    private Path destination;

    @Option(
            names = "--to",
            paramLabel = "FORMAT",
            converter = FormatConverter.class,
            description = "hf (default): a directory that transformers loads. open-clip: one that open_clip loads. "
                    + "openai: a .pt file with the names of OpenAI's models. onnx: both towers as ONNX graphs.")
    private TargetFormat format = TargetFormat.HF;

    @Option(
            names = "--dtype",
            paramLabel = "T",
            description = "fp32, fp16 or bf16, rounded to nearest even, or stored: each as it is. Default: stored, but "
                    + "fp32 for --to hf where types are mixed.")
    private String dtype;

    @Option(
            names = "--tower",
            paramLabel = "TOWER",
            converter = TowerConverter.class,
            description = "Write only the image or the text tower (--to hf).")
    private Tower tower;

    @Option(
            names = "--shard-size",
            paramLabel = "SIZE",
            converter = ByteCount.class,
            description = "Most bytes of weights in one file, for example 500MB. hf: several files beyond it, 5GB by "
                    + "default. onnx: a separate file for weights beyond it, 2GB by default.")
    private Long shardSize;

    @Option(
            names = "--verify",
            description = "Load the result before it gets its name, and compare its embeddings with the source's.")
    private boolean verify;

    @Option(names = "--report", description = "List every tensor, not only those that were dropped or overflowed.")
    private boolean everyTensor;

    @Option(names = "--json", description = "One JSON document on stdout, with every tensor.")
    private boolean json;

    @Mixin
    private OverwriteOption overwrite;

    @Mixin
    private CheckpointArguments checkpointArguments;

    @Override
    public Integer call() throws IOException {
        if (verify && format == TargetFormat.ONNX) {
            throw new ParameterException(
                    spec.commandLine(), "--verify loads the result, and ONNX files are written here but not loaded");
        }
        boolean splits = format == TargetFormat.HF || format == TargetFormat.ONNX;
        if (shardSize != null && !splits) {
            throw new ParameterException(
                    spec.commandLine(), "--shard-size is for --to hf and onnx; " + format.label() + " has one file");
        }
        ConversionOptions options = new ConversionOptions(
                format,
                type(),
                STORED.equals(dtype),
                Optional.ofNullable(tower),
                shardSize == null ? ConversionOptions.DEFAULT_FILE_BYTES : shardSize,
                BuiltInVocabularyFiles::content);
        try (Checkpoint checkpoint = Checkpoint.open(source, checkpointArguments.options())) {
            Conversion conversion =
                    new Conversion(ModelSource.of(checkpoint), destination, options, overwrite.existing());
            AtomicReference<EmbeddingCheck.Outcome> outcome = new AtomicReference<>();
            ConversionReport report = run(conversion, outcome);
            print(report, Optional.ofNullable(outcome.get()));
            return 0;
        }
    }

    private Optional<ElementType> type() {
        if (dtype == null || dtype.equals(STORED)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new WeightType().convert(dtype));
        } catch (TypeConversionException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage() + ", stored", e);
        }
    }

    private ConversionReport run(Conversion conversion, AtomicReference<EmbeddingCheck.Outcome> outcome)
            throws IOException {
        try (ByteProgress progress = new ByteProgress("convert")) {
            return conversion.run(progress::at, (result, report) -> {
                progress.close();
                if (verify) {
                    outcome.set(EmbeddingCheck.run(source, checkpointArguments.options(), result, report));
                }
            });
        }
    }

    private void print(ConversionReport report, Optional<EmbeddingCheck.Outcome> outcome) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Json.print(ConversionText.document(report, outcome), out);
        } else {
            ConversionText.print(report, outcome, everyTensor, out);
        }
    }

    static final class FormatConverter implements CommandLine.ITypeConverter<TargetFormat> {
        @Override
        public TargetFormat convert(String label) {
            return Labels.parse(TargetFormat.class, "format", label);
        }
    }

    static final class TowerConverter implements CommandLine.ITypeConverter<Tower> {
        @Override
        public Tower convert(String label) {
            return Labels.parse(Tower.class, "tower", label);
        }
    }
}
