package dev.clipjet.preprocess.resize;

/** Nearest neighbor, with the source positions of the two libraries. */
public final class NearestResize {

    private NearestResize() {}

    /** Pillow: a running sum of doubles that starts at half a step. */
    public static byte[] pillow(RowSource source, Window window) {
        return pick(
                source,
                window,
                pillowPositions(source.width(), window.width(), window.left(), window.right()),
                pillowPositions(source.height(), window.height(), window.top(), window.bottom()));
    }

    /** torch's {@code nearest-exact}: {@code floor((i + 0.5) * in / out)} in float32. */
    public static byte[] torchvision(RowSource source, Window window) {
        return pick(
                source,
                window,
                torchPositions(source.width(), window.width(), window.left(), window.right()),
                torchPositions(source.height(), window.height(), window.top(), window.bottom()));
    }

    private static int[] pillowPositions(int in, int out, int from, int to) {
        int[] positions = new int[to - from];
        double step = (double) in / out;
        double at = step * 0.5;
        for (int i = 0; i < to; i++) {
            if (i >= from) {
                positions[i - from] = Math.min((int) at, in - 1);
            }
            at += step;
        }
        return positions;
    }

    private static int[] torchPositions(int in, int out, int from, int to) {
        int[] positions = new int[to - from];
        float scale = (float) in / out;
        for (int i = from; i < to; i++) {
            positions[i - from] = Math.min((int) ((i + 0.5f) * scale), in - 1);
        }
        return positions;
    }

    private static byte[] pick(RowSource source, Window window, int[] columns, int[] rows) {
        int channels = source.channels();
        byte[] out = new byte[window.rows() * window.columns() * channels];
        int first = columns[0];
        int last = columns[columns.length - 1] + 1;
        byte[] row = new byte[(last - first) * channels];
        int o = 0;
        for (int y : rows) {
            source.read(y, first, last, row);
            for (int x : columns) {
                int in = (x - first) * channels;
                for (int c = 0; c < channels; c++) {
                    out[o++] = row[in + c];
                }
            }
        }
        return out;
    }
}
