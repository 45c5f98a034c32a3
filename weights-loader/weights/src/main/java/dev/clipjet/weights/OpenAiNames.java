package dev.clipjet.weights;

import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.TensorNames;
import dev.clipjet.model.TextTower;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.weights.TensorRule.Layout;
import java.util.ArrayList;
import java.util.List;

/**
 * Tensor names of OpenAI's CLIP, which open_clip took over. Queries, keys and values are fused as in the canonical form,
 * projections are [in, out].
 *
 * @param textPrefix level above the text tower: empty in OpenAI's models and open_clip's {@code CLIP}, {@code text.} in
 *     its {@code CustomTextCLIP}
 */
public record OpenAiNames(String textPrefix) {
    /** Of OpenAI's models and of open_clip's {@code CLIP}. */
    public static final OpenAiNames CLIP = new OpenAiNames("");

    /** Of open_clip's {@code CustomTextCLIP}. */
    public static final OpenAiNames CUSTOM_TEXT_CLIP = new OpenAiNames("text.");

    /** The names of a file: a {@code CustomTextCLIP} may lie in one with the older names of a {@code CLIP}. */
    static OpenAiNames of(WeightFiles files) {
        return files.tensors().keySet().stream().anyMatch(name -> name.startsWith(CUSTOM_TEXT_CLIP.textPrefix))
                ? CUSTOM_TEXT_CLIP
                : CLIP;
    }

    /** Whether a tensor carries no weights: what batch norms counted in training. */
    static boolean isNoWeight(String stored) {
        return stored.endsWith(OpenAiResNetNames.BATCH_COUNTER);
    }

    /** The tensors of an image tower. */
    public List<TensorRule> vision(ImageTower tower) {
        return tower.accept(new ImageTower.Visitor<>() {
            @Override
            public List<TensorRule> visit(VisionTransformer transformer) {
                return transformer(transformer);
            }

            @Override
            public List<TensorRule> visit(ModifiedResNet resNet) {
                return OpenAiResNetNames.rules(resNet);
            }
        });
    }

    private static List<TensorRule> transformer(VisionTransformer spec) {
        TensorNames.Vision names = TensorNames.vision();
        int width = spec.blocks().width();
        List<TensorRule> rules = new ArrayList<>();
        rules.add(TensorRule.convolution(names.patchWeight(), width, 3, spec.patchSize(), "visual.conv1.weight"));
        if (spec.classToken()) {
            rules.add(TensorRule.vector(names.classEmbedding(), width, "visual.class_embedding"));
        }
        rules.add(TensorRule.matrix(
                names.positions(), spec.tokens(), width, "visual.positional_embedding", Layout.IMAGE_POSITIONS));
        if (spec.normBeforeBlocks()) {
            rules.add(TensorRule.vector(names.lnPreWeight(), width, "visual.ln_pre.weight"));
            rules.add(TensorRule.vector(names.lnPreBias(), width, "visual.ln_pre.bias"));
        }
        for (int i = 0; i < spec.blocks().layers(); i++) {
            addBlock(rules, names.block(i), spec.blocks(), "visual.transformer.resblocks." + i + ".");
        }
        rules.add(TensorRule.vector(names.lnPostWeight(), width, "visual.ln_post.weight"));
        rules.add(TensorRule.vector(names.lnPostBias(), width, "visual.ln_post.bias"));
        if (spec.projectionDim() > 0) {
            rules.add(TensorRule.matrix(
                    names.projectionWeight(), spec.projectionDim(), width, "visual.proj", Layout.TRANSPOSED));
        }
        return rules;
    }

    /** The tensors of a text tower. */
    public List<TensorRule> text(TextTower tower) {
        return tower.accept(this::transformer);
    }

    /** A projection with a bias is a linear layer, which lies [out, in]. */
    private List<TensorRule> transformer(TextTransformer spec) {
        TensorNames.Text names = TensorNames.text();
        int width = spec.blocks().width();
        List<TensorRule> rules = new ArrayList<>();
        rules.add(TensorRule.matrix(names.tokens(), spec.vocabSize(), width, textPrefix + "token_embedding.weight"));
        rules.add(TensorRule.matrix(
                names.positions(),
                spec.contextLength(),
                width,
                textPrefix + "positional_embedding",
                Layout.TEXT_POSITIONS));
        for (int i = 0; i < spec.blocks().layers(); i++) {
            addBlock(rules, names.block(i), spec.blocks(), textPrefix + "transformer.resblocks." + i + ".");
        }
        rules.add(TensorRule.vector(names.lnFinalWeight(), width, textPrefix + "ln_final.weight"));
        rules.add(TensorRule.vector(names.lnFinalBias(), width, textPrefix + "ln_final.bias"));
        int embedding = spec.projectionDim();
        if (spec.projectionBias()) {
            rules.add(TensorRule.matrix(
                    names.projectionWeight(), embedding, width, textPrefix + "text_projection.weight"));
            rules.add(TensorRule.vector(names.projectionBias(), embedding, textPrefix + "text_projection.bias"));
        } else if (embedding > 0) {
            rules.add(TensorRule.matrix(
                    names.projectionWeight(), embedding, width, textPrefix + "text_projection", Layout.TRANSPOSED));
        }
        return rules;
    }

    private static void addBlock(List<TensorRule> rules, TensorNames.Block names, TransformerSpec spec, String prefix) {
        long width = spec.width();
        long mlp = spec.mlpWidth();
        rules.add(TensorRule.vector(names.ln1Weight(), width, prefix + "ln_1.weight"));
        rules.add(TensorRule.vector(names.ln1Bias(), width, prefix + "ln_1.bias"));
        rules.add(TensorRule.matrix(names.qkvWeight(), 3 * width, width, prefix + "attn.in_proj_weight"));
        rules.add(TensorRule.vector(names.qkvBias(), 3 * width, prefix + "attn.in_proj_bias"));
        rules.add(TensorRule.matrix(names.outWeight(), width, width, prefix + "attn.out_proj.weight"));
        rules.add(TensorRule.vector(names.outBias(), width, prefix + "attn.out_proj.bias"));
        rules.add(TensorRule.vector(names.ln2Weight(), width, prefix + "ln_2.weight"));
        rules.add(TensorRule.vector(names.ln2Bias(), width, prefix + "ln_2.bias"));
        rules.add(TensorRule.matrix(names.fc1Weight(), mlp, width, prefix + "mlp.c_fc.weight"));
        rules.add(TensorRule.vector(names.fc1Bias(), mlp, prefix + "mlp.c_fc.bias"));
        rules.add(TensorRule.matrix(names.fc2Weight(), width, mlp, prefix + "mlp.c_proj.weight"));
        rules.add(TensorRule.vector(names.fc2Bias(), width, prefix + "mlp.c_proj.bias"));
        if (spec.layerScale()) {
            rules.add(TensorRule.vector(names.attentionScale(), width, prefix + "ls_1.gamma"));
            rules.add(TensorRule.vector(names.mlpScale(), width, prefix + "ls_2.gamma"));
        }
    }
}
