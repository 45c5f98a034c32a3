package dev.clipjet.graph;

import dev.clipjet.model.ImagePooling;
import dev.clipjet.model.TensorNames;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Builds a ViT: patches, with or without a class token, through transformer blocks. */
final class VisionTransformerGraph {
    private final VisionTransformer tower;
    private final TensorNames.Vision names = TensorNames.vision();
    private final Draft draft;
    private final TransformerLayers layers;
    private final int width;

    VisionTransformerGraph(VisionTransformer tower, GraphInput.Images input) {
        this.tower = tower;
        draft = new Draft("image", input);
        layers = new TransformerLayers(draft, "vision", tower.blocks(), false, names::block);
        width = tower.blocks().width();
    }

    /** Images to embeddings [images, E]. */
    Draft embeddings() {
        Value tokens = tokens();
        Value pooled = pooled(tokens);
        if (tower.projectionDim() > 0) {
            layers.project(
                    Label.of("vision.projection", Role.EMBEDDING),
                    pooled,
                    names.projectionWeight(),
                    tower.projectionDim(),
                    Optional.empty());
        }
        return draft;
    }

    /** Images to the final norm's output at every token [images * tokens, D]. */
    Draft hiddenStates() {
        Value tokens = tokens();
        layers.all(tokens);
        normPost(tokens, Role.LAST_NORMED);
        return draft;
    }

    private Value tokens() {
        int grid = tower.grid();
        Axis patchAxis = new Axis.Fixed("patches", grid * grid);
        int patchColumns = PixelNormalization.CHANNELS * tower.patchSize() * tower.patchSize();
        Value patches = draft.value("patches", patchAxis, patchColumns);
        draft.add(new Op.UnfoldPatches(
                Label.of("vision.unfold"), tower.imageSize(), tower.patchSize(), Optional.empty(), patches));
        Value embedded = draft.linear(
                Label.of("vision.patch"),
                patches,
                new Weight.Matrix(names.patchWeight(), width, patchColumns),
                Optional.empty(),
                Activation.NONE);
        Value tokens = draft.value("embeddings", new Axis.Fixed("tokens", tower.tokens()), width);
        List<Role> roles = new ArrayList<>(List.of(Role.TOKENS));
        if (!tower.normBeforeBlocks()) {
            roles.add(Role.hidden(0));
        }
        draft.add(new Op.AssembleTokens(
                Label.of("vision.embeddings", roles.toArray(Role[]::new)),
                embedded,
                tower.classToken() ? Optional.of(new Weight.Stored(names.classEmbedding(), width)) : Optional.empty(),
                new Weight.Matrix(names.positions(), tower.tokens(), width),
                tokens));
        if (tower.normBeforeBlocks()) {
            layers.normInPlace(
                    Label.of("vision.ln_pre", Role.hidden(0)), tokens, names.lnPreWeight(), names.lnPreBias());
        }
        return tokens;
    }

    private Value pooled(Value tokens) {
        Role[] end = tower.projectionDim() > 0 ? new Role[] {Role.POOLED} : new Role[] {Role.POOLED, Role.EMBEDDING};
        if (tower.pooling() == ImagePooling.CLASS_TOKEN) {
            Value pooled = layers.toPooled(tokens);
            normPost(pooled, end);
            return pooled;
        }
        layers.all(tokens);
        boolean normFirst = tower.pooling() == ImagePooling.MEAN_OF_NORMED;
        if (normFirst) {
            normPost(tokens, Role.LAST_NORMED);
        }
        Value pooled = draft.value("vision.pooled", Axis.ITEMS, width);
        draft.add(new Op.AverageTokens(
                Label.of("vision.pooled", normFirst ? end : new Role[0]), tokens, tower.classToken() ? 1 : 0, pooled));
        if (!normFirst) {
            normPost(pooled, end);
        }
        return pooled;
    }

    private void normPost(Value x, Role... roles) {
        layers.normInPlace(Label.of("vision.ln_post", roles), x, names.lnPostWeight(), names.lnPostBias());
    }
}
