package dev.clipjet.cli;

import dev.clipjet.numeric.Activation;
import dev.clipjet.weights.CheckpointOptions;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What a model's files may not say, or may be overridden. */
final class CheckpointArguments {
    @Option(
            names = "--heads",
            paramLabel = "IMAGE[,TEXT]",
            converter = HeadsConverter.class,
            description = "Attention heads of the image tower and of the text tower, where the files do not tell them.")
    private Heads heads;

    @Option(
            names = "--activation",
            paramLabel = "A",
            converter = ActivationConverter.class,
            description = "Activation of both towers, where the files do not tell it: quick-gelu, gelu or gelu-tanh.")
    private Activation activation;

    @Option(
            names = "--image-size",
            paramLabel = "PIXELS",
            description = "Another side of the input. Position embeddings are resampled (OpenAI and open_clip models).")
    private Integer imageSize;

    @Option(
            names = "--context-length",
            paramLabel = "TOKENS",
            description = "Another length of texts. Position embeddings are resampled (OpenAI and open_clip models).")
    private Integer contextLength;

    /** Heads of the image tower, and of the text tower or null. */
    record Heads(int image, Integer text) {}

    CheckpointOptions options() {
        CheckpointOptions options = CheckpointOptions.NONE;
        if (heads != null) {
            options = options.withVisionHeads(heads.image());
            if (heads.text() != null) {
                options = options.withTextHeads(heads.text());
            }
        }
        if (activation != null) {
            options = options.withActivation(activation);
        }
        if (imageSize != null) {
            options = options.withImageSize(imageSize);
        }
        if (contextLength != null) {
            options = options.withContextLength(contextLength);
        }
        return options;
    }

    static final class HeadsConverter implements CommandLine.ITypeConverter<Heads> {
        @Override
        public Heads convert(String text) {
            String[] parts = text.split(",", -1);
            try {
                if (parts.length <= 2) {
                    return new Heads(Integer.parseInt(parts[0]), parts.length == 1 ? null : Integer.valueOf(parts[1]));
                }
            } catch (NumberFormatException e) {
                // The message below says what is expected.
            }
            throw new TypeConversionException("\"" + text + "\" names no heads: expected IMAGE or IMAGE,TEXT");
        }
    }

    static final class ActivationConverter implements CommandLine.ITypeConverter<Activation> {
        /** Those of transformers; a ResNet's is always ReLU. */
        private static final List<Activation> POSSIBLE =
                List.of(Activation.QUICK_GELU, Activation.GELU, Activation.GELU_TANH);

        @Override
        public Activation convert(String label) {
            return Labels.parse(POSSIBLE, "activation", label.replace('_', '-'));
        }
    }
}
