package dev.clipjet.convert;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;
import java.util.Optional;

/**
 * How a model is written. Immutable; start from {@link #of}.
 *
 * @param format what is written
 * @param dtype F32, F16 or BF16 for all weights; empty to keep the type of each
 * @param exactTypes whether types are kept where the format would have one for all: versions 4 of transformers cannot run
 *     files with several, so those get F32 otherwise, which is exact
 * @param tower the tower that is written, if only one is
 * @param fileBytes most bytes of weights in one file, where the format knows several; for ONNX, beyond which the weights
 *     lie in a file of their own
 * @param tokenizerFiles the files of OpenAI's vocabulary, for sources that bring none
 */
public record ConversionOptions(
        TargetFormat format,
        Optional<ElementType> dtype,
        boolean exactTypes,
        Optional<Tower> tower,
        long fileBytes,
        TokenizerFiles tokenizerFiles) {
    /** As transformers splits files. */
    public static final long DEFAULT_FILE_BYTES = 5_000_000_000L;

    /** @throws InvalidInputException if the type is none that weights can have, or the size is not positive */
    public ConversionOptions {
        if (dtype.isPresent()
                && dtype.get() != ElementType.F32
                && dtype.get() != ElementType.F16
                && dtype.get() != ElementType.BF16) {
            throw new InvalidInputException(
                    "weights of type " + dtype.get() + " cannot be written; F32, F16 and BF16 can");
        }
        if (fileBytes < 1) {
            throw new InvalidInputException("files of at most " + fileBytes + " bytes are asked for");
        }
    }

    /** Everything as it is stored, in another format. */
    public static ConversionOptions of(TargetFormat format, TokenizerFiles tokenizerFiles) {
        return new ConversionOptions(
                format, Optional.empty(), false, Optional.empty(), DEFAULT_FILE_BYTES, tokenizerFiles);
    }

    public ConversionOptions withDtype(ElementType type) {
        return new ConversionOptions(format, Optional.of(type), false, tower, fileBytes, tokenizerFiles);
    }

    /** Every weight in the type that it is stored in. */
    public ConversionOptions withExactTypes() {
        return new ConversionOptions(format, Optional.empty(), true, tower, fileBytes, tokenizerFiles);
    }

    public ConversionOptions withTower(Tower only) {
        return new ConversionOptions(format, dtype, exactTypes, Optional.of(only), fileBytes, tokenizerFiles);
    }

    public ConversionOptions withFileBytes(long bytes) {
        return new ConversionOptions(format, dtype, exactTypes, tower, bytes, tokenizerFiles);
    }

    /** Two options with equal texts give the same files. */
    String identity() {
        return format + " " + dtype + " " + exactTypes + " " + tower + " " + fileBytes;
    }
}
