package dev.clipjet.cli;

import dev.clipjet.memory.DType;
import dev.clipjet.weights.synth.SynthArchitecture;
import dev.clipjet.weights.synth.SynthModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code clipjet synth}: models of full size without a download. */
@Command(
        name = "synth",
        description = "Write a model of full size whose weights are a formula, to measure speed and memory with.")
final class Synth implements Callable<Integer> {
    private static final Map<String, DType> DTYPES = Map.of("fp32", DType.F32, "fp16", DType.F16, "bf16", DType.BF16);

    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "ARCH",
            converter = ArchitectureConverter.class,
            completionCandidates = Architectures.class,
            description = "One of ${COMPLETION-CANDIDATES}; ViT-B/32 is understood, too, in any case of letters.")
    private SynthArchitecture architecture;

    @Parameters(index = "1", paramLabel = "DIR", description = "New or empty folder for the model.")
    private Path directory;

    @Option(names = "--dtype", paramLabel = "T", description = "fp32 (default), fp16 or bf16.")
    private String dtype = "fp32";

    @Option(names = "--prefix", paramLabel = "P", description = "Another prefix, another model. Default: empty.")
    private String prefix = "";

    @Override
    public Integer call() throws IOException {
        DType type = DTYPES.get(dtype);
        if (type == null) {
            throw new ParameterException(
                    spec.commandLine(), "unknown --dtype \"" + dtype + "\", known are fp32, fp16, bf16");
        }
        if (Files.exists(directory) && !isEmptyFolder(directory)) {
            throw new IOException(directory + ": exists and is no empty folder; nothing is overwritten");
        }
        SynthModel.write(architecture, prefix, type, directory);
        spec.commandLine().getOut().println("wrote " + architecture.label() + " in " + dtype + " to " + directory);
        return 0;
    }

    private static boolean isEmptyFolder(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (Stream<Path> content = Files.list(path)) {
            return content.findAny().isEmpty();
        }
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
