package dev.clipjet.cli;

import dev.clipjet.convert.Conversion;
import dev.clipjet.convert.ConversionOptions;
import dev.clipjet.convert.ModelSource;
import dev.clipjet.convert.TargetFormat;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.tokenizer.BuiltInVocabularyFiles;
import dev.clipjet.weights.synth.SynthArchitecture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code clipjet synth}: models of full size without a download. */
@Command(
        name = "synth",
        description = "Write a model of full size whose weights are a formula, to measure speed and memory with.")
final class Synth implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "ARCH",
            converter = ArchitectureConverter.class,
            completionCandidates = Architectures.class,
            description = "One of ${COMPLETION-CANDIDATES}; ViT-B/32 is understood, too, in any case of letters.")
    private SynthArchitecture architecture;

    @Parameters(
            index = "1",
            paramLabel = "DST",
            description = "New or empty folder for the model; for --to openai a new file that ends in .pt.")
    private Path destination;

    @Option(
            names = "--to",
            paramLabel = "FORMAT",
            converter = Convert.FormatConverter.class,
            description = "open-clip, openai, onnx, or hf where its library has the architecture, as for convert. "
                    + "Default: hf, for ResNets open-clip.")
    private Optional<TargetFormat> chosenFormat = Optional.empty();

    @Option(
            names = "--dtype",
            paramLabel = "T",
            converter = WeightType.class,
            description = "fp32 (default), fp16 or bf16.")
    private ElementType dtype = ElementType.F32;

    @Option(names = "--prefix", paramLabel = "P", description = "Another prefix, another model. Default: empty.")
    private String prefix = "";

    @Mixin
    private OverwriteOption overwrite;

    @Override
    public Integer call() throws IOException {
        TargetFormat format =
                chosenFormat.orElse(architecture.isInHuggingFaceLibrary() ? TargetFormat.HF : TargetFormat.OPEN_CLIP);
        ModelSource source = ModelSource.synthetic(architecture, prefix, dtype);
        ConversionOptions options = ConversionOptions.of(format, BuiltInVocabularyFiles::content);
        try (ByteProgress progress = new ByteProgress("synth")) {
            new Conversion(source, destination, options, overwrite.existing()).run(progress::at);
        }
        spec.commandLine()
                .getOut()
                .println("wrote " + architecture.label() + " in " + WeightType.name(dtype) + " as " + format.label()
                        + " to " + destination);
        return 0;
    }

    /** The names for the help text. */
    static final class Architectures implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(SynthArchitecture.values())
                    .map(SynthArchitecture::label)
                    .iterator();
        }
    }

    static final class ArchitectureConverter implements CommandLine.ITypeConverter<SynthArchitecture> {
        @Override
        public SynthArchitecture convert(String label) {
            String wanted = plain(label);
            return Arrays.stream(SynthArchitecture.values())
                    .filter(architecture -> plain(architecture.label()).equalsIgnoreCase(wanted))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("unknown architecture \"" + label + "\", known are "
                            + String.join(", ", new Architectures())));
        }

        /** {@code ViT-L/14@336px} and {@code ViT-L-14-336} are the same. */
        private static String plain(String label) {
            return label.replace('/', '-').replace('@', '-').replaceFirst("px$", "");
        }
    }
}
