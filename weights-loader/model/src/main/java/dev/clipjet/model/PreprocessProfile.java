package dev.clipjet.model;

import dev.clipjet.error.InvalidInputException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Which original image pipeline is reproduced, byte for byte. */
public enum PreprocessProfile {
    /** openai/CLIP: resize in the image's own mode, crop, then RGB. */
    OPENAI_PIL("openai-pil"),
    /** transformers 4 {@code CLIPImageProcessor}: RGB first, alpha dropped. */
    HF_SLOW("hf-slow"),
    /** transformers 5 and the {@code Fast} processors: white behind transparency, torchvision's integer kernels. */
    HF_FAST("hf-fast"),
    /** transformers 5 with the PIL backend: white behind transparency, Pillow's kernels. */
    HF_V5_PIL("hf-v5-pil"),
    /** transformers 4 {@code SiglipImageProcessor}. */
    SIGLIP_SLOW("siglip-slow"),
    /** transformers 5 {@code SiglipImageProcessor}. */
    SIGLIP_FAST("siglip-fast"),
    /** transformers 5 {@code SiglipImageProcessor} with the PIL backend. */
    SIGLIP_V5_PIL("siglip-v5-pil"),
    /** open_clip's {@code image_transform_v2}. */
    OPEN_CLIP("open-clip");

    private final String label;

    PreprocessProfile(String label) {
        this.label = label;
    }

    /** The name used on the command line and in reports. */
    public String label() {
        return label;
    }

    /** The profile of a {@link #label()}. */
    public static PreprocessProfile of(String label) {
        return Arrays.stream(values())
                .filter(profile -> profile.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("unknown preprocess profile \"" + label + "\", known are "
                        + Arrays.stream(values()).map(PreprocessProfile::label).collect(Collectors.joining(", "))));
    }
}
