package dev.clipjet.preprocess;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Rgb;

/** The float of every level, with the operations and the order of each pipeline, so that not one bit differs. */
final class Normalization {

    private static final double ONE_255TH = 1.0 / 255;

    private Normalization() {}

    /** {@code float32 [3, 256]}: channel, level. */
    static float[][] table(PreprocessSpec spec) {
        double[] means = channels(spec.mean());
        double[] stds = channels(spec.std());
        float[][] table = new float[3][256];
        for (int c = 0; c < 3; c++) {
            if (stds[c] == 0) {
                throw new InvalidInputException("standard deviation of channel " + c + " is 0");
            }
            for (int level = 0; level < 256; level++) {
                table[c][level] = normalized(spec, level, means[c], stds[c]);
            }
        }
        return table;
    }

    private static float normalized(PreprocessSpec spec, int level, double mean, double std) {
        float m = (float) mean;
        float s = (float) std;
        double factor = spec.rescaleFactor();
        switch (spec.profile()) {
            case OPENAI_PIL, OPEN_CLIP -> {
                if (factor != ONE_255TH) {
                    throw new InvalidInputException(
                            "profile " + spec.profile().label() + " rescales by 1/255, not by " + factor);
                }
                return (level / 255f - m) / s;
            }
            case HF_SLOW, HF_V5_PIL, SIGLIP_SLOW, SIGLIP_V5_PIL -> {
                float x = factor == 0 ? level : (float) (level * factor);
                return (x - m) / s;
            }
            case HF_FAST, SIGLIP_FAST -> {
                if (factor == 0) {
                    return (level - m) / s;
                }
                if (mean == 0 && std == 1) {
                    return level * (float) factor;
                }
                // Rescaling is folded into mean and deviation.
                float scale = (float) (1.0 / factor);
                return (level - m * scale) / (s * scale);
            }
        }
        throw new AssertionError(spec.profile());
    }

    private static double[] channels(Rgb rgb) {
        return new double[] {rgb.r(), rgb.g(), rgb.b()};
    }
}
