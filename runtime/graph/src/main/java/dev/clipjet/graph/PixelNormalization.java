package dev.clipjet.graph;

import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Rgb;

/**
 * How bytes become the image tower's input, as the linear function it is: {@code level * scale + offset} for each channel. The
 * original pipelines compute it in float32; in double it differs from theirs by their rounding.
 *
 * @param scale factor of a level, for red, green and blue
 * @param offset what is added
 */
public record PixelNormalization(Rgb scale, Rgb offset) {
    /** Channels of an image. */
    public static final int CHANNELS = 3;

    /** The normalization of a model. */
    public static PixelNormalization of(PreprocessSpec spec) {
        double factor = spec.rescaleFactor() == 0 ? 1 : spec.rescaleFactor();
        Rgb mean = spec.mean();
        Rgb std = spec.std();
        return new PixelNormalization(
                new Rgb(factor / std.r(), factor / std.g(), factor / std.b()),
                new Rgb(-mean.r() / std.r(), -mean.g() / std.g(), -mean.b() / std.b()));
    }

    /** Factor of a channel's levels. */
    public double scale(int channel) {
        return of(scale, channel);
    }

    /** What is added to a channel's scaled levels. */
    public double offset(int channel) {
        return of(offset, channel);
    }

    /**
     * The level nearest to the channel's mean, 0 to 255: what kernels subtract first, so that the rest is small and exact in every
     * type.
     */
    public int center(int channel) {
        return (int) Math.max(0, Math.min(255, Math.rint(-offset(channel) / scale(channel))));
    }

    /** The normalized value of the center. */
    public double ofCenter(int channel) {
        return center(channel) * scale(channel) + offset(channel);
    }

    /** The level that normalization makes zero, less the center: what lies outside of an image, where kernels read levels. */
    public double outside(int channel) {
        return -ofCenter(channel) / scale(channel);
    }

    private static double of(Rgb rgb, int channel) {
        return switch (channel) {
            case 0 -> rgb.r();
            case 1 -> rgb.g();
            case 2 -> rgb.b();
            default -> throw new IllegalArgumentException("channel " + channel + " of " + CHANNELS);
        };
    }
}
