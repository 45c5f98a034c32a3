package dev.clipjet.kernels.gpu;

/**
 * Pillow's bicubic filter of one axis, for all of its positions, and the passes with it over whole RGB images. Written from the
 * definition of the algorithm, apart from what the library ships.
 */
record ResizeFilter(int size, int[] starts, int[] counts, int[][] weights) {
    private static final int BITS = 22;

    static ResizeFilter bicubic(int in, int out) {
        double scale = (double) in / out;
        double filterScale = Math.max(scale, 1);
        double support = 2 * filterScale;
        int[] starts = new int[out];
        int[] counts = new int[out];
        int[][] weights = new int[out][];
        for (int i = 0; i < out; i++) {
            double center = (i + 0.5) * scale;
            starts[i] = Math.max(0, (int) (center - support + 0.5));
            counts[i] = Math.min(in, (int) (center + support + 0.5)) - starts[i];
            double[] exact = new double[counts[i]];
            double sum = 0;
            for (int k = 0; k < counts[i]; k++) {
                exact[k] = cubic(Math.abs((k + starts[i] - center + 0.5) / filterScale));
                sum += exact[k];
            }
            weights[i] = new int[counts[i]];
            for (int k = 0; k < counts[i]; k++) {
                double weight = exact[k] / sum * (1 << BITS);
                weights[i][k] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
            }
        }
        return new ResizeFilter(in, starts, counts, weights);
    }

    /** The part of it for some positions, as the kernel takes it. */
    ResizeAxis axis(int from, int count) {
        int stride = 0;
        for (int i = 0; i < count; i++) {
            stride = Math.max(stride, counts[from + i]);
        }
        int[] table = new int[count * stride];
        for (int i = 0; i < count; i++) {
            System.arraycopy(weights[from + i], 0, table, i * stride, counts[from + i]);
        }
        return new ResizeAxis(
                java.util.Arrays.copyOfRange(starts, from, from + count),
                java.util.Arrays.copyOfRange(counts, from, from + count),
                table,
                stride,
                BITS);
    }

    byte[] across(byte[] image, int width) {
        int rows = image.length / 3 / width;
        byte[] out = new byte[rows * starts.length * 3];
        for (int i = 0; i < out.length; i++) {
            int x = i / 3 % starts.length;
            int row = i / 3 / starts.length;
            out[i] = filtered(image, (row * width + starts[x]) * 3 + i % 3, 3, x);
        }
        return out;
    }

    byte[] down(byte[] image, int width) {
        byte[] out = new byte[starts.length * width * 3];
        for (int i = 0; i < out.length; i++) {
            int y = i / 3 / width;
            out[i] = filtered(image, starts[y] * width * 3 + i % (3 * width), 3 * width, y);
        }
        return out;
    }

    private byte filtered(byte[] image, int first, int step, int position) {
        int sum = 1 << (BITS - 1);
        for (int k = 0; k < counts[position]; k++) {
            sum += (image[first + k * step] & 0xff) * weights[position][k];
        }
        return (byte) Math.max(0, Math.min(255, sum >> BITS));
    }

    private static double cubic(double x) {
        if (x < 1) {
            return (1.5 * x - 2.5) * x * x + 1;
        }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
    }
}
