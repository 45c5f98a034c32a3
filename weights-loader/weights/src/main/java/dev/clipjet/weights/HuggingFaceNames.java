package dev.clipjet.weights;

import dev.clipjet.model.TensorNames;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import java.util.ArrayList;
import java.util.List;

/**
 * Tensor names of transformers' CLIP classes. Matrices lie as in the canonical form; queries, keys and values are apart.
 *
 * @param visionPrefix level above the image tower: {@code vision_model.}, or empty in files of a single tower that
 *     version 5 wrote
 * @param textPrefix level above the text tower: {@code text_model.}, or empty likewise
 */
public record HuggingFaceNames(String visionPrefix, String textPrefix) {
    /** Of a {@code CLIPModel}. */
    public static final HuggingFaceNames CLIP_MODEL = new HuggingFaceNames("vision_model.", "text_model.");

    /** The tensors of an image tower. The family knows no layer scale, and always has the norm before the blocks. */
    public List<TensorRule> vision(VisionTransformer spec) {
        TensorNames.Vision names = TensorNames.vision();
        int width = spec.blocks().width();
        List<TensorRule> rules = new ArrayList<>();
        rules.add(TensorRule.convolution(
                names.patchWeight(), width, 3, spec.patchSize(), visionPrefix + "embeddings.patch_embedding.weight"));
        if (spec.classToken()) {
            rules.add(TensorRule.vector(names.classEmbedding(), width, visionPrefix + "embeddings.class_embedding"));
        }
        rules.add(TensorRule.matrix(
                names.positions(), spec.tokens(), width, visionPrefix + "embeddings.position_embedding.weight"));
        // The spelling of the library.
        rules.add(TensorRule.vector(names.lnPreWeight(), width, visionPrefix + "pre_layrnorm.weight"));
        rules.add(TensorRule.vector(names.lnPreBias(), width, visionPrefix + "pre_layrnorm.bias"));
        for (int i = 0; i < spec.blocks().layers(); i++) {
            addBlock(rules, names.block(i), spec.blocks(), visionPrefix + "encoder.layers." + i + ".");
        }
        rules.add(TensorRule.vector(names.lnPostWeight(), width, visionPrefix + "post_layernorm.weight"));
        rules.add(TensorRule.vector(names.lnPostBias(), width, visionPrefix + "post_layernorm.bias"));
        if (spec.projectionDim() > 0) {
            rules.add(TensorRule.matrix(
                    names.projectionWeight(), spec.projectionDim(), width, "visual_projection.weight"));
        }
        return rules;
    }

    /** The tensors of a text tower. The family knows no bias of the projection and no layer scale. */
    public List<TensorRule> text(TextTransformer spec) {
        TensorNames.Text names = TensorNames.text();
        int width = spec.blocks().width();
        List<TensorRule> rules = new ArrayList<>();
        rules.add(TensorRule.matrix(
                names.tokens(), spec.vocabSize(), width, textPrefix + "embeddings.token_embedding.weight"));
        rules.add(TensorRule.matrix(
                names.positions(), spec.contextLength(), width, textPrefix + "embeddings.position_embedding.weight"));
        for (int i = 0; i < spec.blocks().layers(); i++) {
            addBlock(rules, names.block(i), spec.blocks(), textPrefix + "encoder.layers." + i + ".");
        }
        rules.add(TensorRule.vector(names.lnFinalWeight(), width, textPrefix + "final_layer_norm.weight"));
        rules.add(TensorRule.vector(names.lnFinalBias(), width, textPrefix + "final_layer_norm.bias"));
        if (spec.projectionDim() > 0) {
            rules.add(
                    TensorRule.matrix(names.projectionWeight(), spec.projectionDim(), width, "text_projection.weight"));
        }
        return rules;
    }

    private static void addBlock(List<TensorRule> rules, TensorNames.Block names, TransformerSpec spec, String prefix) {
        long width = spec.width();
        long mlp = spec.mlpWidth();
        String attention = prefix + "self_attn.";
        rules.add(TensorRule.vector(names.ln1Weight(), width, prefix + "layer_norm1.weight"));
        rules.add(TensorRule.vector(names.ln1Bias(), width, prefix + "layer_norm1.bias"));
        rules.add(TensorRule.stacked(
                names.qkvWeight(),
                3 * width,
                width,
                List.of(attention + "q_proj.weight", attention + "k_proj.weight", attention + "v_proj.weight")));
        rules.add(TensorRule.stacked(
                names.qkvBias(),
                3 * width,
                List.of(attention + "q_proj.bias", attention + "k_proj.bias", attention + "v_proj.bias")));
        rules.add(TensorRule.matrix(names.outWeight(), width, width, attention + "out_proj.weight"));
        rules.add(TensorRule.vector(names.outBias(), width, attention + "out_proj.bias"));
        rules.add(TensorRule.vector(names.ln2Weight(), width, prefix + "layer_norm2.weight"));
        rules.add(TensorRule.vector(names.ln2Bias(), width, prefix + "layer_norm2.bias"));
        rules.add(TensorRule.matrix(names.fc1Weight(), mlp, width, prefix + "mlp.fc1.weight"));
        rules.add(TensorRule.vector(names.fc1Bias(), mlp, prefix + "mlp.fc1.bias"));
        rules.add(TensorRule.matrix(names.fc2Weight(), width, mlp, prefix + "mlp.fc2.weight"));
        rules.add(TensorRule.vector(names.fc2Bias(), width, prefix + "mlp.fc2.bias"));
    }
}
