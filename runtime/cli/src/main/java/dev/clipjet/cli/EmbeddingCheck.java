package dev.clipjet.cli;

import dev.clipjet.convert.ConversionReport;
import dev.clipjet.cpu.CpuEngine;
import dev.clipjet.engine.Engine;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTower;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.CheckpointOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Compares what a model and the result of its conversion answer, on seeded random pixels and token ids. Where no weight
 * was rounded, the embeddings must be equal bit for bit; else their directions must agree.
 */
final class EmbeddingCheck {
    private static final int IMAGES = 4;
    private static final int TEXTS = 8;
    private static final long SEED = 20_260_101;

    /** Least cosine where weights were rounded to F16. */
    private static final double F16_COSINE = 0.9999;

    /** Least cosine where weights were rounded to BF16. */
    private static final double BF16_COSINE = 0.999;

    /** Embeddings of both towers; those of a tower that is not there are empty. */
    private record Embeddings(float[][] images, float[][] texts) {}

    /**
     * What was found.
     *
     * @param images compared images
     * @param texts compared texts
     * @param identical whether all bits agree
     * @param leastCosine of any pair of embeddings
     */
    record Outcome(int images, int texts, boolean identical, double leastCosine) {
        String text() {
            return images + " images and " + texts + " texts: "
                    + (identical
                            ? "embeddings are equal bit for bit"
                            : String.format(Locale.ROOT, "least cosine of embeddings %.7f", leastCosine));
        }
    }

    private EmbeddingCheck() {}

    /**
     * Compares.
     *
     * @throws InvalidInputException if the result answers differently
     */
    static Outcome run(Path source, CheckpointOptions options, Path result, ConversionReport report) {
        boolean image;
        boolean text;
        Embeddings converted;
        try (Checkpoint checkpoint = Checkpoint.open(result)) {
            image = checkpoint.spec().vision().isPresent();
            text = checkpoint.spec().text().isPresent();
            converted = embed(checkpoint, image, text);
        }
        Embeddings original;
        try (Checkpoint checkpoint = Checkpoint.open(source, options)) {
            original = embed(checkpoint, image, text);
        }
        boolean identical = Arrays.deepEquals(original.images(), converted.images())
                && Arrays.deepEquals(original.texts(), converted.texts());
        double cosine = Math.min(
                leastCosine(original.images(), converted.images()), leastCosine(original.texts(), converted.texts()));
        if (!isWithinBounds(report, identical, cosine)) {
            throw new InvalidInputException(String.format(
                    Locale.ROOT,
                    "%s: the result answers differently: least cosine of embeddings %.7f%s; nothing is written",
                    source,
                    cosine,
                    report.rounded() ? "" : ", though no weight was rounded"));
        }
        return new Outcome(original.images().length, original.texts().length, identical, cosine);
    }

    private static boolean isWithinBounds(ConversionReport report, boolean identical, double cosine) {
        if (!report.rounded()) {
            return identical;
        }
        boolean bf16 = report.tensors().stream().anyMatch(tensor -> tensor.type() == ElementType.BF16);
        return cosine >= (bf16 ? BF16_COSINE : F16_COSINE);
    }

    private static Embeddings embed(Checkpoint checkpoint, boolean image, boolean text) {
        try (Engine engine = CpuEngine.open(checkpoint, Runtime.getRuntime().availableProcessors())) {
            Random random = new Random(SEED);
            float[][] images = image
                    ? engine.embedImages(pixels(checkpoint.spec().vision().orElseThrow(), random), IMAGES)
                    : new float[0][];
            float[][] texts = text
                    ? engine.embedTexts(ids(checkpoint.spec().text().orElseThrow(), new Random(SEED)))
                    : new float[0][];
            return new Embeddings(images, texts);
        }
    }

    private static float[] pixels(ImageTower vision, Random random) {
        float[] pixels = new float[IMAGES * 3 * vision.imageSize() * vision.imageSize()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        return pixels;
    }

    /** Texts of all lengths that end with the end token and are padded with it. */
    private static List<int[]> ids(TextTower text, Random random) {
        int end = text.pooling() == TextPooling.END_TOKEN ? text.endTokenId() : text.vocabSize() - 1;
        List<int[]> texts = new ArrayList<>();
        for (int i = 0; i < TEXTS; i++) {
            int length = Math.min(text.contextLength() - 1, 1 + random.nextInt(text.contextLength()));
            int[] ids = new int[text.contextLength()];
            Arrays.fill(ids, end);
            for (int j = 0; j < length; j++) {
                ids[j] = random.nextInt(end);
            }
            texts.add(PooledToken.cut(text, ids));
        }
        return texts;
    }

    private static double leastCosine(float[][] first, float[][] second) {
        double least = 1;
        for (int row = 0; row < first.length; row++) {
            double dot = 0;
            double a = 0;
            double b = 0;
            for (int i = 0; i < first[row].length; i++) {
                dot += (double) first[row][i] * second[row][i];
                a += (double) first[row][i] * first[row][i];
                b += (double) second[row][i] * second[row][i];
            }
            double cosine = dot / Math.sqrt(a * b);
            least = Double.isNaN(cosine) ? Double.NaN : Math.min(least, cosine);
        }
        return least;
    }
}
