package dev.clipjet.weights.synth;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The published architectures of CLIP. All share OpenAI's vocabulary of 49408 tokens and 77 positions. */
@SuppressWarnings("ImmutableEnumChecker") // Towers are records of numbers and lists that do not change.
public enum SynthArchitecture {
    VIT_B_32("ViT-B-32", vit(224, 32, quick(768, 12, 12, 3072), 512), text(quick(512, 12, 8, 2048), 512)),
    VIT_B_16("ViT-B-16", vit(224, 16, quick(768, 12, 12, 3072), 512), text(quick(512, 12, 8, 2048), 512)),
    VIT_L_14("ViT-L-14", vit(224, 14, quick(1024, 24, 16, 4096), 768), text(quick(768, 12, 12, 3072), 768)),
    VIT_L_14_336("ViT-L-14-336", vit(336, 14, quick(1024, 24, 16, 4096), 768), text(quick(768, 12, 12, 3072), 768)),
    VIT_H_14("ViT-H-14", vit(224, 14, plain(1280, 32, 16, 5120), 1024), text(plain(1024, 24, 16, 4096), 1024)),
    VIT_G_14("ViT-g-14", vit(224, 14, plain(1408, 40, 16, 6144), 1024), text(plain(1024, 24, 16, 4096), 1024)),
    VIT_BIGG_14("ViT-bigG-14", vit(224, 14, plain(1664, 48, 16, 8192), 1280), text(plain(1280, 32, 20, 5120), 1280)),
    RN50("RN50", resNet(224, 64, List.of(3, 4, 6, 3), 1024), text(quick(512, 12, 8, 2048), 1024)),
    RN101("RN101", resNet(224, 64, List.of(3, 4, 23, 3), 512), text(quick(512, 12, 8, 2048), 512)),
    RN50X4("RN50x4", resNet(288, 80, List.of(4, 6, 10, 6), 640), text(quick(640, 12, 10, 2560), 640)),
    RN50X16("RN50x16", resNet(384, 96, List.of(6, 8, 18, 8), 768), text(quick(768, 12, 12, 3072), 768)),
    RN50X64("RN50x64", resNet(448, 128, List.of(3, 15, 36, 10), 1024), text(quick(1024, 12, 16, 4096), 1024));

    /** Rows of the token embedding. */
    public static final int VOCABULARY = 49408;

    /** Rows of the text tower's position embedding. */
    public static final int CONTEXT = 77;

    private static final double EPS = 1e-5;
    private static final int HEAD_WIDTH = 64;

    private final String label;
    private final ImageTower vision;
    private final TextTransformer text;

    SynthArchitecture(String label, ImageTower vision, TextTransformer text) {
        this.label = label;
        this.vision = vision;
        this.text = text;
    }

    private static TransformerSpec quick(int width, int layers, int heads, int mlpWidth) {
        return new TransformerSpec(width, layers, heads, mlpWidth, Activation.QUICK_GELU, EPS);
    }

    private static TransformerSpec plain(int width, int layers, int heads, int mlpWidth) {
        return new TransformerSpec(width, layers, heads, mlpWidth, Activation.GELU, EPS);
    }

    private static ImageTower vit(int imageSize, int patchSize, TransformerSpec blocks, int embeddingDim) {
        return new VisionTransformer(imageSize, patchSize, blocks, embeddingDim);
    }

    private static ImageTower resNet(int imageSize, int width, List<Integer> blocks, int embeddingDim) {
        return new ModifiedResNet(
                imageSize, width, blocks, ModifiedResNet.REDUCTION * width / HEAD_WIDTH, EPS, embeddingDim);
    }

    private static TextTransformer text(TransformerSpec blocks, int embeddingDim) {
        return new TextTransformer(VOCABULARY, CONTEXT, blocks, TextPooling.END_TOKEN, VOCABULARY - 1, embeddingDim);
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
        return vision.projectionDim();
    }

    /** Side of the input in pixels. */
    public int imageSize() {
        return vision.imageSize();
    }

    public ImageTower vision() {
        return vision;
    }

    public TextTransformer text() {
        return text;
    }

    /** Of the blocks of all transformers. */
    public Activation activation() {
        return text.blocks().activation();
    }

    /** Whether Hugging Face's library has a class for it; open_clip has one for each. */
    public boolean isInHuggingFaceLibrary() {
        return vision.accept(new ImageTower.Visitor<>() {
            @Override
            public Boolean visit(VisionTransformer tower) {
                return true;
            }

            @Override
            public Boolean visit(ModifiedResNet tower) {
                return false;
            }
        });
    }
}
