package dev.clipjet;

import dev.clipjet.model.ModelSpec.Scoring;

/**
 * A checkpoint's own scale, bias and probability.
 *
 * @param scale factor of the cosine, the exponential of the stored {@code logit_scale}
 * @param bias added to every logit, 0 where the checkpoint has none
 * @param scoring how logits become probabilities
 */
record Scorer(double scale, double bias, Scoring scoring) {
    /** The logit of two embeddings of length 1. */
    float logit(float[] unitImage, float[] unitText) {
        return (float) (scale * Vectors.dot(unitImage, unitText) + bias);
    }

    /** Probabilities of the logits of one image. */
    float[] probabilities(float[] logits) {
        return switch (scoring) {
            case SOFTMAX -> Vectors.softmax(logits);
            case SIGMOID -> Vectors.sigmoid(logits);
        };
    }
}
