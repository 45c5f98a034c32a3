package dev.clipjet;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.preprocess.PreprocessedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Scores images against a fixed list of labels. The text side is computed once, when the classifier is made: each label
 * is put into every template, the unit embeddings of the prompts are averaged, and the mean is scaled to length 1, as in
 * section 3.1.4 of the CLIP paper (Radford et al. 2021). Thread-safe while its {@link Clip} is open.
 */
public final class ZeroShotClassifier {
    private final Clip clip;
    private final List<String> labels;
    private final float[][] labelEmbeddings;

    ZeroShotClassifier(Clip clip, List<String> labels, PromptTemplates templates) {
        if (labels.isEmpty()) {
            throw new InvalidInputException("at least one label is needed");
        }
        for (String label : labels) {
            if (label == null || label.isBlank()) {
                throw new InvalidInputException("label " + labels.indexOf(label) + " is empty");
            }
        }
        if (new LinkedHashSet<>(labels).size() != labels.size()) {
            throw new InvalidInputException("a label is given twice: " + labels);
        }
        this.clip = clip;
        this.labels = List.copyOf(labels);
        List<String> prompts = new ArrayList<>();
        for (String label : labels) {
            prompts.addAll(templates.fill(label));
        }
        float[][] embedded = clip.embedTexts(prompts, Scaling.UNIT);
        int perLabel = templates.templates().size();
        labelEmbeddings = new float[labels.size()][];
        for (int i = 0; i < labelEmbeddings.length; i++) {
            labelEmbeddings[i] = mean(Arrays.copyOfRange(embedded, i * perLabel, (i + 1) * perLabel));
        }
    }

    private static float[] mean(float[][] vectors) {
        float[] mean = new float[vectors[0].length];
        for (int j = 0; j < mean.length; j++) {
            double sum = 0;
            for (float[] vector : vectors) {
                sum += vector[j];
            }
            mean[j] = (float) (sum / vectors.length);
        }
        return Vectors.unit(mean);
    }

    /** The labels in the order in which they were given. */
    public List<String> labels() {
        return labels;
    }

    /** The unit embedding of every label, [labels][E], in the order of {@link #labels()}. */
    public float[][] labelEmbeddings() {
        return Arrays.stream(labelEmbeddings).map(float[]::clone).toArray(float[][]::new);
    }

    /** All labels for one image, by falling probability. */
    public List<Classification> classify(ImageSource image) {
        return rank(clip.embedImages(List.of(image), Scaling.UNIT)[0]);
    }

    /** All labels for every image, in the order given, each by falling probability. */
    public List<List<Classification>> classify(List<ImageSource> images) {
        return rank(clip.embedImages(images, Scaling.UNIT));
    }

    /** As {@link #classify(List)}, for images that have been preprocessed already. */
    public List<List<Classification>> classifyPreprocessed(List<PreprocessedImage> images) {
        return rank(clip.embedPreprocessed(images, Scaling.UNIT));
    }

    private List<List<Classification>> rank(float[][] embeddings) {
        return Arrays.stream(embeddings).map(this::rank).toList();
    }

    /** All labels for an image embedding, unit or raw, by falling probability. */
    public List<Classification> rank(float[] imageEmbedding) {
        Similarity similarity = clip.similarity(new float[][] {imageEmbedding}, labelEmbeddings);
        List<Classification> ranked = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
            ranked.add(new Classification(
                    labels.get(i), similarity.logits()[0][i], similarity.probabilities()[0][i]));
        }
        ranked.sort(Comparator.comparingDouble(Classification::logit).reversed());
        return List.copyOf(ranked);
    }
}
