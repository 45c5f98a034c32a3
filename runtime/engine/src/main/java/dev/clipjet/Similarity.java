package dev.clipjet;

import dev.clipjet.error.InvalidInputException;

/**
 * How well images and texts fit, as the model scores it.
 *
 * @param logits [images][texts]: {@code exp(logit_scale) * cosine + logit_bias}
 * @param probabilities [images][texts]: softmax over the texts of an image, or the sigmoid of every pair, as the model's
 *     family demands
 */
@SuppressWarnings("ArrayRecordComponent") // matrices of results, compared by nobody
public record Similarity(float[][] logits, float[][] probabilities) {

    static Similarity of(Scorer scorer, float[][] images, float[][] texts) {
        float[][] unitTexts = new float[texts.length][];
        for (int j = 0; j < texts.length; j++) {
            unitTexts[j] = Vectors.unit(texts[j]);
        }
        float[][] logits = new float[images.length][texts.length];
        float[][] probabilities = new float[images.length][];
        for (int i = 0; i < images.length; i++) {
            float[] image = Vectors.unit(images[i]);
            for (int j = 0; j < texts.length; j++) {
                if (image.length != unitTexts[j].length) {
                    throw new InvalidInputException("image " + i + " has an embedding of " + image.length
                            + " values, text " + j + " one of " + unitTexts[j].length);
                }
                logits[i][j] = scorer.logit(image, unitTexts[j]);
            }
            probabilities[i] = scorer.probabilities(logits[i]);
        }
        return new Similarity(logits, probabilities);
    }
}
