package dev.clipjet.graph;

import dev.clipjet.model.TensorNames;
import dev.clipjet.model.TextTransformer;
import java.util.Optional;

/** Builds a text transformer over packed token ids. */
final class TextTransformerGraph {
    private final TextTransformer tower;
    private final TensorNames.Text names = TensorNames.text();
    private final Draft draft;
    private final TransformerLayers layers;

    TextTransformerGraph(TextTransformer tower) {
        this.tower = tower;
        draft = new Draft("text", new GraphInput.Texts(tower.contextLength()));
        layers = new TransformerLayers(draft, "text", tower.blocks(), tower.causal(), names::block);
    }

    /** Token ids to embeddings [texts, E]. */
    Draft embeddings() {
        Value pooled = layers.toPooled(tokens());
        if (tower.projectionDim() == 0) {
            normFinal(pooled, Role.POOLED, Role.EMBEDDING);
            return draft;
        }
        normFinal(pooled, Role.POOLED);
        layers.project(
                Label.of("text.projection", Role.EMBEDDING),
                pooled,
                names.projectionWeight(),
                tower.projectionDim(),
                tower.projectionBias() ? Optional.of(names.projectionBias()) : Optional.empty());
        return draft;
    }

    /** Token ids to the final norm's output at every position [tokens, D]. */
    Draft hiddenStates() {
        Value x = tokens();
        layers.all(x);
        normFinal(x, Role.LAST_NORMED);
        return draft;
    }

    private Value tokens() {
        int width = tower.blocks().width();
        Value tokens = draft.value("embeddings", Axis.PACKED_TOKENS, width);
        draft.add(new Op.EmbedTokens(
                Label.of("text.embeddings", Role.TOKENS, Role.hidden(0)),
                new Weight.Matrix(names.tokens(), tower.vocabSize(), width),
                new Weight.Matrix(names.positions(), tower.contextLength(), width),
                tokens));
        return tokens;
    }

    private void normFinal(Value x, Role... roles) {
        layers.normInPlace(Label.of("text.ln_final", roles), x, names.lnFinalWeight(), names.lnFinalBias());
    }
}
