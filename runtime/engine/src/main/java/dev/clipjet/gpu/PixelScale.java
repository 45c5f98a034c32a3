package dev.clipjet.gpu;

import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Rgb;

/**
 * How bytes become the image tower's input, as the linear function it is: {@code level * scale + offset} for each channel. The original
 * pipelines compute it in float32; in double it differs from theirs by their rounding.
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of six numbers, compared by nobody
public record PixelScale(double[] scale, double[] offset) {
    /** The normalization of a model. */
    public static PixelScale of(PreprocessSpec spec) {
        double factor = spec.rescaleFactor() == 0 ? 1 : spec.rescaleFactor();
        double[] mean = channels(spec.mean());
        double[] std = channels(spec.std());
        double[] scale = new double[3];
        double[] offset = new double[3];
        for (int c = 0; c < 3; c++) {
            scale[c] = factor / std[c];
            offset[c] = -mean[c] / std[c];
        }
        return new PixelScale(scale, offset);
    }

    /** The level nearest to the channel's mean: what the kernels subtract, so that the rest is small and exact in every type. */
    public int center(int channel) {
        return (int) Math.max(0, Math.min(255, Math.rint(-offset[channel] / scale[channel])));
    }

    private static double[] channels(Rgb rgb) {
        return new double[] {rgb.r(), rgb.g(), rgb.b()};
    }
}
