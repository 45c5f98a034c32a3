package dev.clipjet.model;

import dev.clipjet.error.InvalidInputException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Which original tokenizer is reproduced, id for id. */
public enum TokenizerProfile {
    /** OpenAI's {@code simple_tokenizer.py} with ftfy. */
    OPENAI("openai"),
    /** The same without ftfy's repairs. */
    OPENAI_NOFTFY("openai-noftfy"),
    /** open_clip 3.3.0 {@code SimpleTokenizer}. */
    OPEN_CLIP("open-clip"),
    /** transformers 4 {@code CLIPTokenizerFast}. */
    HF_FAST("hf-fast"),
    /** transformers 4 {@code CLIPTokenizer} with ftfy installed. */
    HF_SLOW_FTFY("hf-slow-ftfy"),
    /** transformers 4 {@code CLIPTokenizer} without ftfy. */
    HF_SLOW_NOFTFY("hf-slow-noftfy"),
    /** transformers 5 {@code CLIPTokenizer}. */
    HF_V5("hf-v5");

    private final String label;

    TokenizerProfile(String label) {
        this.label = label;
    }

    /** The name used on the command line and in reports. */
    public String label() {
        return label;
    }

    /** The profile of a {@link #label()}. */
    public static TokenizerProfile of(String label) {
        return Arrays.stream(values())
                .filter(profile -> profile.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("unknown tokenizer profile \"" + label + "\", known are "
                        + Arrays.stream(values()).map(TokenizerProfile::label).collect(Collectors.joining(", "))));
    }
}
