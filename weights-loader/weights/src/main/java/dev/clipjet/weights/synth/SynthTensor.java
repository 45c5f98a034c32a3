package dev.clipjet.weights.synth;

import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import java.util.ArrayList;
import java.util.List;

/**
 * A tensor whose elements are {@code u * scale + offset}, with u uniform in [-1, 1) from {@link SynthFormula}.
 *
 * @param name open_clip's name, from which the values come
 * @param shape open_clip's shape; its row-major order numbers the elements
 * @param scale half width of the range
 * @param offset its middle
 */
public record SynthTensor(String name, List<Long> shape, float scale, float offset) {
    private static final float EMBEDDING_SCALE = 0.04f;
    private static final float BIAS_SCALE = 0.05f;
    private static final float NORM_SCALE = 0.2f;
    private static final float NORM_BIAS_SCALE = 0.1f;

    /** Logarithm of about 100, where training clamps. */
    private static final float LOGIT_SCALE = 4.6052f;

    public SynthTensor {
        shape = List.copyOf(shape);
    }

    /** All tensors of an architecture. */
    public static List<SynthTensor> of(SynthArchitecture architecture) {
        long textWidth = architecture.text().blocks().width();
        long embedding = architecture.embeddingDim();
        List<SynthTensor> tensors = new ArrayList<>(image(architecture.vision()));
        tensors.add(embedding("token_embedding.weight", (long) SynthArchitecture.VOCABULARY, textWidth));
        tensors.add(embedding("positional_embedding", (long) SynthArchitecture.CONTEXT, textWidth));
        addBlocks(tensors, "transformer.", architecture.text().blocks());
        addNorm(tensors, "ln_final", textWidth);
        tensors.add(weight("text_projection", textWidth, textWidth, embedding));
        tensors.add(new SynthTensor("logit_scale", List.of(), 0, LOGIT_SCALE));
        return tensors;
    }

    private static List<SynthTensor> image(ImageTower vision) {
        return vision.accept(new ImageTower.Visitor<>() {
            @Override
            public List<SynthTensor> visit(VisionTransformer tower) {
                return transformer(tower);
            }

            @Override
            public List<SynthTensor> visit(ModifiedResNet tower) {
                return SynthResNet.tensors(tower);
            }
        });
    }

    private static List<SynthTensor> transformer(VisionTransformer tower) {
        List<SynthTensor> tensors = new ArrayList<>();
        long width = tower.blocks().width();
        long patch = tower.patchSize();
        tensors.add(embedding("visual.class_embedding", width));
        tensors.add(embedding("visual.positional_embedding", (long) tower.tokens(), width));
        tensors.add(weight("visual.conv1.weight", 3 * patch * patch, width, 3L, patch, patch));
        addNorm(tensors, "visual.ln_pre", width);
        addBlocks(tensors, "visual.transformer.", tower.blocks());
        addNorm(tensors, "visual.ln_post", width);
        tensors.add(weight("visual.proj", width, width, (long) tower.projectionDim()));
        return tensors;
    }

    private static void addBlocks(List<SynthTensor> tensors, String prefix, TransformerSpec tower) {
        long width = tower.width();
        long mlp = tower.mlpWidth();
        for (int i = 0; i < tower.layers(); i++) {
            String block = prefix + "resblocks." + i + ".";
            addNorm(tensors, block + "ln_1", width);
            tensors.add(weight(block + "attn.in_proj_weight", width, 3 * width, width));
            tensors.add(bias(block + "attn.in_proj_bias", 3 * width));
            tensors.add(weight(block + "attn.out_proj.weight", width, width, width));
            tensors.add(bias(block + "attn.out_proj.bias", width));
            addNorm(tensors, block + "ln_2", width);
            tensors.add(weight(block + "mlp.c_fc.weight", width, mlp, width));
            tensors.add(bias(block + "mlp.c_fc.bias", mlp));
            tensors.add(weight(block + "mlp.c_proj.weight", mlp, width, mlp));
            tensors.add(bias(block + "mlp.c_proj.bias", width));
        }
    }

    private static void addNorm(List<SynthTensor> tensors, String name, long width) {
        tensors.add(new SynthTensor(name + ".weight", List.of(width), NORM_SCALE, 1));
        tensors.add(new SynthTensor(name + ".bias", List.of(width), NORM_BIAS_SCALE, 0));
    }

    private static SynthTensor embedding(String name, Long... shape) {
        return new SynthTensor(name, List.of(shape), EMBEDDING_SCALE, 0);
    }

    static SynthTensor bias(String name, long length) {
        return new SynthTensor(name, List.of(length), BIAS_SCALE, 0);
    }

    /** Variance 1 / inputs, so that activations keep their size through the layers. */
    static SynthTensor weight(String name, long inputs, Long... shape) {
        return new SynthTensor(name, List.of(shape), (float) Math.sqrt(3.0 / inputs), 0);
    }
}
