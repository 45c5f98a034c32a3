package dev.clipjet.convert;

import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.CheckpointOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Conversions of the reference models. */
final class Models {
    /** The tests of the tokenizer look at its files. */
    static final TokenizerFiles NO_TOKENIZER = context -> Map.of();

    private Models() {}

    static ConversionOptions options(TargetFormat format) {
        return ConversionOptions.of(format, NO_TOKENIZER);
    }

    static Path golden(String name) {
        return Golden.folder(name);
    }

    static ConversionReport convert(Path source, Path destination, TargetFormat format) throws IOException {
        return convert(source, destination, options(format), ConversionListener.NONE);
    }

    static ConversionReport convert(Path source, Path destination, ConversionOptions options) throws IOException {
        return convert(source, destination, options, ConversionListener.NONE);
    }

    static ConversionReport convert(
            Path source, Path destination, ConversionOptions options, ConversionListener listener) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            return new Conversion(ModelSource.of(checkpoint), destination, options).run(listener);
        }
    }

    static ModelDifference difference(Path first, Path second) {
        return difference(first, CheckpointOptions.NONE, second);
    }

    static ModelDifference difference(Path first, CheckpointOptions options, Path second) {
        try (Checkpoint a = Checkpoint.open(first, options);
                Checkpoint b = Checkpoint.open(second)) {
            return ModelDifference.of(a, b);
        }
    }
}
