package dev.clipjet;

/**
 * One label's score for one image.
 *
 * @param label the label as it was given
 * @param logit the model's score
 * @param probability softmax over the labels, or the label's own sigmoid, as the model's family demands
 */
public record Classification(String label, float logit, float probability) {}
