package dev.clipjet;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** In what a GPU keeps weights and intermediate results; sums are float32 whatever this is. The CPU computes in float32. */
public enum Precision {
    /** 16-bit floats of IEEE 754. */
    FP16(ElementType.F16),
    /** 16-bit floats with the range of float32. */
    BF16(ElementType.BF16),
    /** float32, without tensor cores: to compare with the reference. */
    FP32(ElementType.F32);

    private final ElementType storage;

    Precision(ElementType storage) {
        this.storage = storage;
    }

    /** The element type on the device. */
    public ElementType storage() {
        return storage;
    }

    /** The name used on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The precision of a {@link #label()}. */
    public static Precision of(String label) {
        return Arrays.stream(values())
                .filter(precision -> precision.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("unknown precision \"" + label + "\", known are "
                        + Arrays.stream(values()).map(Precision::label).collect(Collectors.joining(", "))));
    }
}
