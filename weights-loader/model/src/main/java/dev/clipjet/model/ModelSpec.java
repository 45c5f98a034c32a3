package dev.clipjet.model;

import java.util.List;
import java.util.Optional;

/**
 * A model as its files describe it.
 *
 * @param family what wrote it, for example {@code CLIPModel}
 * @param vision the image tower, if there is one
 * @param text the text tower, if there is one
 * @param scoring how logits become probabilities
 * @param preprocess how photos are prepared; present when there is an image tower
 * @param tokenizer how texts are tokenized; empty when the files bring no tokenizer
 * @param notes what the reader noticed and the user should know: stale values, unknown keys
 */
public record ModelSpec(
        String family,
        Optional<ImageTower> vision,
        Optional<TextTower> text,
        Scoring scoring,
        Optional<PreprocessSpec> preprocess,
        Optional<TokenizerSpec> tokenizer,
        List<String> notes) {

    /** How logits become probabilities. */
    public enum Scoring {
        /** Over the labels of one image, as CLIP does. */
        SOFTMAX,
        /** For every pair by itself, as SigLIP does. */
        SIGMOID
    }
}
