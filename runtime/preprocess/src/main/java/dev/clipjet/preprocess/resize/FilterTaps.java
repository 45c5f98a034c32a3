package dev.clipjet.preprocess.resize;

import dev.clipjet.model.Resampling;

/**
 * The filter of one axis: for each output position the first source position, and the weights of it and its followers.
 * Source: Pillow's {@code precompute_coeffs}, which torchvision follows.
 */
final class FilterTaps {

    /** Bits of Pillow's 8-bit weights: 32 less 8 for the sample and 2 for overshoot. */
    private static final int PILLOW_BITS = 32 - 8 - 2;

    private final int stride;
    private final int[] starts;
    private final int[] counts;
    private final double[] weights;
    private int[] fixed;
    private int bits;

    private FilterTaps(int stride, int[] starts, int[] counts, double[] weights) {
        this.stride = stride;
        this.starts = starts;
        this.counts = counts;
        this.weights = weights;
    }

    /** Weights as doubles, for output positions {@code from} to {@code to} of {@code out}. */
    static FilterTaps of(Resampling filter, int in, int out, int from, int to) {
        Axis axis = Axis.of(filter, in, out);
        int[] starts = new int[to - from];
        int[] counts = new int[to - from];
        double[] weights = new double[Math.multiplyExact(to - from, axis.stride)];
        for (int i = 0; i < to - from; i++) {
            starts[i] = axis.start(from + i);
            counts[i] = axis.weights(from + i, weights, i * axis.stride);
        }
        return new FilterTaps(axis.stride, starts, counts, weights);
    }

    /** The largest weight of any output position of the axis; nothing is stored, as the axis may be long. */
    private static double largestWeight(Resampling filter, int in, int out) {
        Axis axis = Axis.of(filter, in, out);
        double[] weights = new double[axis.stride];
        double max = 0;
        for (int i = 0; i < out; i++) {
            int count = axis.weights(i, weights, 0);
            for (int x = 0; x < count; x++) {
                max = Math.max(max, weights[x]);
            }
        }
        return max;
    }

    /** The geometry of one axis. */
    private record Axis(Resampling filter, int in, double scale, double support, double inverse, int stride) {
        static Axis of(Resampling filter, int in, int out) {
            double scale = (double) in / out;
            double filterScale = Math.max(scale, 1.0);
            double support = FilterTaps.support(filter) * filterScale;
            return new Axis(filter, in, scale, support, 1.0 / filterScale, (int) Math.ceil(support) * 2 + 1);
        }

        int start(int i) {
            return Math.max((int) ((i + 0.5) * scale - support + 0.5), 0);
        }

        /** Writes the normalized weights of output position {@code i} and returns their number. */
        int weights(int i, double[] out, int offset) {
            double center = (i + 0.5) * scale;
            int start = start(i);
            int count = Math.min((int) (center + support + 0.5), in) - start;
            double sum = 0;
            for (int x = 0; x < count; x++) {
                double w = weight(filter, (x + start - center + 0.5) * inverse);
                out[offset + x] = w;
                sum += w;
            }
            if (sum != 0) {
                for (int x = 0; x < count; x++) {
                    out[offset + x] /= sum;
                }
            }
            return count;
        }
    }

    /** Weights in 22-bit fixed point, as Pillow uses for 8-bit samples. */
    static FilterTaps pillow(Resampling filter, int in, int out, int from, int to) {
        FilterTaps taps = of(filter, in, out, from, to);
        taps.fix(PILLOW_BITS);
        return taps;
    }

    /** Weights in 16 bits with the largest precision that the largest weight of the whole axis allows, as torchvision. */
    static FilterTaps torchvision(Resampling filter, int in, int out, int from, int to) {
        double max = largestWeight(filter, in, out);
        int bits = 0;
        while (bits < 22 && (int) (0.5 + max * (1 << (bits + 1))) < 1 << 15) {
            bits++;
        }
        FilterTaps taps = of(filter, in, out, from, to);
        taps.fix(bits);
        return taps;
    }

    private void fix(int precision) {
        bits = precision;
        fixed = new int[weights.length];
        double one = 1 << precision;
        for (int i = 0; i < fixed.length; i++) {
            double w = weights[i];
            fixed[i] = (int) (w < 0 ? w * one - 0.5 : w * one + 0.5);
        }
    }

    /** Number of output positions. */
    int size() {
        return starts.length;
    }

    int stride() {
        return stride;
    }

    int[] starts() {
        return starts;
    }

    int[] counts() {
        return counts;
    }

    double[] weights() {
        return weights;
    }

    /** Weights times {@code 2^bits}. */
    int[] fixed() {
        return fixed;
    }

    int bits() {
        return bits;
    }

    /** First source position that any output needs. */
    int sourceFrom() {
        return starts[0];
    }

    /** Source position after the last one needed. */
    int sourceTo() {
        return starts[starts.length - 1] + counts[counts.length - 1];
    }

    private static double support(Resampling filter) {
        return switch (filter) {
            case BOX -> 0.5;
            case BILINEAR, HAMMING -> 1.0;
            case BICUBIC -> 2.0;
            case LANCZOS -> 3.0;
            case NEAREST -> throw new IllegalArgumentException("NEAREST has no filter");
        };
    }

    private static double weight(Resampling filter, double at) {
        double x = Math.abs(at);
        return switch (filter) {
            case BOX -> at > -0.5 && at <= 0.5 ? 1.0 : 0.0;
            case BILINEAR -> x < 1.0 ? 1.0 - x : 0.0;
            case HAMMING -> {
                if (x == 0.0) {
                    yield 1.0;
                }
                if (x >= 1.0) {
                    yield 0.0;
                }
                double phase = x * Math.PI;
                yield StrictMath.sin(phase) / phase * (0.54 + 0.46 * StrictMath.cos(phase));
            }
            case BICUBIC -> {
                double a = -0.5;
                if (x < 1.0) {
                    yield ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
                }
                yield x < 2.0 ? (((x - 5) * x + 8) * x - 4) * a : 0.0;
            }
            case LANCZOS -> at >= -3.0 && at < 3.0 ? sinc(at) * sinc(at / 3) : 0.0;
            case NEAREST -> throw new IllegalArgumentException("NEAREST has no filter");
        };
    }

    private static double sinc(double x) {
        if (x == 0.0) {
            return 1.0;
        }
        double phase = x * Math.PI;
        return StrictMath.sin(phase) / phase;
    }
}
