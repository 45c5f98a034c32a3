package dev.clipjet.preprocess.resize;

import dev.clipjet.model.PassOrder;
import dev.clipjet.model.Resampling;

/**
 * Pillow's resize of mode I;16: double sums, each pass rounded half away from zero and stored in two bytes. Overshoot
 * is clamped per byte, as Pillow does it: above 65535 the high byte saturates and the low one wraps.
 */
public final class SixteenBitResize {

    private SixteenBitResize() {}

    /** @param pixels {@code uint16 [height, width]}, low byte first */
    public static byte[] pillow(
            byte[] pixels, int width, int height, Window window, Resampling filter, PassOrder order) {
        boolean verticalFirst = order == PassOrder.PILLOW_13
                && height > window.height()
                && height - window.height() > 2 * ((long) width - window.width());
        if (verticalFirst) {
            byte[] middle = vertical(pixels, width, height, window, filter);
            return horizontal(middle, width, window.rows(), window, filter);
        }
        byte[] middle = horizontal(pixels, width, height, window, filter);
        return vertical(middle, window.columns(), height, window, filter);
    }

    private static byte[] horizontal(byte[] in, int width, int height, Window window, Resampling filter) {
        int columns = window.columns();
        byte[] out = new byte[Math.multiplyExact(2 * columns, height)];
        FilterTaps taps = width == window.width()
                ? null
                : FilterTaps.of(filter, width, window.width(), window.left(), window.right());
        for (int y = 0; y < height; y++) {
            if (taps == null) {
                System.arraycopy(in, (y * width + window.left()) * 2, out, y * columns * 2, columns * 2);
                continue;
            }
            for (int x = 0; x < columns; x++) {
                int at = (y * width + taps.starts()[x]) * 2;
                double sum = 0;
                for (int k = 0; k < taps.counts()[x]; k++, at += 2) {
                    sum += sample(in, at) * taps.weights()[x * taps.stride() + k];
                }
                store(sum, out, (y * columns + x) * 2);
            }
        }
        return out;
    }

    private static byte[] vertical(byte[] in, int width, int height, Window window, Resampling filter) {
        int rows = window.rows();
        byte[] out = new byte[Math.multiplyExact(2 * width, rows)];
        if (height == window.height()) {
            System.arraycopy(in, window.top() * width * 2, out, 0, out.length);
            return out;
        }
        FilterTaps taps = FilterTaps.of(filter, height, window.height(), window.top(), window.bottom());
        for (int y = 0; y < rows; y++) {
            for (int x = 0; x < width; x++) {
                int at = (taps.starts()[y] * width + x) * 2;
                double sum = 0;
                for (int k = 0; k < taps.counts()[y]; k++, at += 2 * width) {
                    sum += sample(in, at) * taps.weights()[y * taps.stride() + k];
                }
                store(sum, out, (y * width + x) * 2);
            }
        }
        return out;
    }

    private static int sample(byte[] in, int at) {
        return (in[at] & 0xff) | (in[at + 1] & 0xff) << 8;
    }

    private static void store(double sum, byte[] out, int at) {
        int v = (int) (sum >= 0 ? Math.floor(sum + 0.5) : -Math.floor(-sum + 0.5));
        out[at] = (byte) Math.max(v % 256, 0);
        out[at + 1] = (byte) Math.min(Math.max(v >> 8, 0), 255);
    }
}
