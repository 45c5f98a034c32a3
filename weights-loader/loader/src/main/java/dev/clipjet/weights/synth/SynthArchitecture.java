package dev.clipjet.weights.synth;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.Activation;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The published ViT architectures of CLIP. All share OpenAI's vocabulary of 49408 tokens and 77 positions. */
@SuppressWarnings("ImmutableEnumChecker") // Tower is a record of ints.
public enum SynthArchitecture {
    VIT_B_32("ViT-B-32", 512, 224, 32, tower(768, 12, 12, 3072), tower(512, 12, 8, 2048), Activation.QUICK_GELU),
    VIT_B_16("ViT-B-16", 512, 224, 16, tower(768, 12, 12, 3072), tower(512, 12, 8, 2048), Activation.QUICK_GELU),
    VIT_L_14("ViT-L-14", 768, 224, 14, tower(1024, 24, 16, 4096), tower(768, 12, 12, 3072), Activation.QUICK_GELU),
    VIT_L_14_336(
            "ViT-L-14-336", 768, 336, 14, tower(1024, 24, 16, 4096), tower(768, 12, 12, 3072), Activation.QUICK_GELU),
    VIT_H_14("ViT-H-14", 1024, 224, 14, tower(1280, 32, 16, 5120), tower(1024, 24, 16, 4096), Activation.GELU),
    VIT_G_14("ViT-g-14", 1024, 224, 14, tower(1408, 40, 16, 6144), tower(1024, 24, 16, 4096), Activation.GELU),
    VIT_BIGG_14("ViT-bigG-14", 1280, 224, 14, tower(1664, 48, 16, 8192), tower(1280, 32, 20, 5120), Activation.GELU);

    /** Rows of the token embedding. */
    public static final int VOCABULARY = 49408;

    /** Rows of the text tower's position embedding. */
    public static final int CONTEXT = 77;

    /** One tower. */
    public record Tower(int width, int layers, int heads, int mlpWidth) {}

    private final String label;
    private final int embeddingDim;
    private final int imageSize;
    private final int patchSize;
    private final Tower vision;
    private final Tower text;
    private final Activation activation;

    SynthArchitecture(
            String label,
            int embeddingDim,
            int imageSize,
            int patchSize,
            Tower vision,
            Tower text,
            Activation activation) {
        this.label = label;
        this.embeddingDim = embeddingDim;
        this.imageSize = imageSize;
        this.patchSize = patchSize;
        this.vision = vision;
        this.text = text;
        this.activation = activation;
    }

    private static Tower tower(int width, int layers, int heads, int mlpWidth) {
        return new Tower(width, layers, heads, mlpWidth);
    }

    /** The architecture of a {@link #label()}, in any case of letters. */
    public static SynthArchitecture of(String label) {
        return Arrays.stream(values())
                .filter(architecture -> architecture.label.equalsIgnoreCase(label))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("unknown architecture \"" + label + "\", known are "
                        + Arrays.stream(values()).map(SynthArchitecture::label).collect(Collectors.joining(", "))));
    }

    /** Name as open_clip writes it. */
    public String label() {
        return label;
    }

    /** Width E of the embedding. */
    public int embeddingDim() {
        return embeddingDim;
    }

    /** Side of the input in pixels. */
    public int imageSize() {
        return imageSize;
    }

    /** Side of a patch in pixels. */
    public int patchSize() {
        return patchSize;
    }

    public Tower vision() {
        return vision;
    }

    public Tower text() {
        return text;
    }

    /** Of both towers. */
    public Activation activation() {
        return activation;
    }
}
