package dev.clipjet.tokenizer.clean;

import dev.clipjet.tokenizer.unicode.LowerCase;
import dev.clipjet.tokenizer.unicode.Nfc;
import dev.clipjet.tokenizer.unicode.WhiteSpace;
import java.util.List;
import java.util.function.UnaryOperator;

/** A normalizer of tokenizers 0.20.3 that a CLIP {@code tokenizer.json} may name. */
public enum Normalizer {
    /** Normalization form C. */
    NFC(Nfc::tokenizers),
    /** White space of any kind and length becomes one space. */
    COLLAPSE_WHITE_SPACE(WhiteSpace::collapse),
    /** Each character for itself. */
    LOWERCASE(LowerCase::perCharacter14);

    /** What CLIP's tokenizers do. */
    public static final List<Normalizer> CLIP = List.of(NFC, COLLAPSE_WHITE_SPACE, LOWERCASE);

    @SuppressWarnings("ImmutableEnumChecker") // references to static methods
    private final UnaryOperator<String> step;

    Normalizer(UnaryOperator<String> step) {
        this.step = step;
    }

    private String apply(String text) {
        return step.apply(text);
    }

    /** All steps, one after the other. */
    public static String applyAll(List<Normalizer> steps, String text) {
        String normalized = text;
        for (Normalizer step : steps) {
            normalized = step.apply(normalized);
        }
        return normalized;
    }
}
