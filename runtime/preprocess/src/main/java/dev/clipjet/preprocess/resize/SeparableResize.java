package dev.clipjet.preprocess.resize;

import dev.clipjet.model.PassOrder;
import dev.clipjet.model.Resampling;
import java.util.Arrays;

/** Resize of 8-bit samples with integer weights, as Pillow and torchvision do it. */
public final class SeparableResize {

    private SeparableResize() {}

    /** Pillow's resize: {@code (2^21 + sum of sample * weight) >> 22}, clamped, per pass. */
    public static byte[] pillow(RowSource source, Window window, Resampling filter, PassOrder order) {
        FilterTaps horizontal = source.width() == window.width()
                ? null
                : FilterTaps.pillow(filter, source.width(), window.width(), window.left(), window.right());
        FilterTaps vertical = source.height() == window.height()
                ? null
                : FilterTaps.pillow(filter, source.height(), window.height(), window.top(), window.bottom());
        return TwoPasses.run(
                source,
                window,
                horizontal,
                vertical,
                verticalFirst(source.width(), source.height(), window, order),
                new EightBits(source.channels(), window));
    }

    /** Pillow's choice of the pass that comes first. */
    static boolean verticalFirst(int width, int height, Window window, PassOrder order) {
        return order == PassOrder.PILLOW_13
                && height > window.height()
                && height - window.height() > 2 * ((long) width - window.width());
    }

    /** torchvision's antialiased resize of uint8 tensors: 16-bit weights, horizontal first. */
    public static byte[] torchvision(RowSource source, Window window, Resampling filter) {
        FilterTaps horizontal = source.width() == window.width()
                ? null
                : FilterTaps.torchvision(filter, source.width(), window.width(), window.left(), window.right());
        FilterTaps vertical = source.height() == window.height()
                ? null
                : FilterTaps.torchvision(filter, source.height(), window.height(), window.top(), window.bottom());
        return TwoPasses.run(source, window, horizontal, vertical, false, new EightBits(source.channels(), window));
    }

    /** The window without any resampling. */
    public static byte[] copy(RowSource source, Window window) {
        return TwoPasses.run(source, window, null, null, false, null);
    }

    private static final class EightBits implements TwoPasses.Arithmetic {
        private final int channels;
        private int[] sums;

        EightBits(int channels, Window window) {
            this.channels = channels;
            this.sums = new int[window.columns() * channels];
        }

        @Override
        public void across(byte[] row, int columnFrom, FilterTaps taps, byte[] out) {
            if (channels == 3) {
                acrossRgb(row, columnFrom, taps, out);
                return;
            }
            int[] weights = taps.fixed();
            int bits = taps.bits();
            int o = 0;
            for (int i = 0; i < taps.size(); i++) {
                int in = (taps.starts()[i] - columnFrom) * channels;
                int from = i * taps.stride();
                int count = taps.counts()[i];
                for (int c = 0; c < channels; c++) {
                    int sum = 1 << (bits - 1);
                    for (int k = 0; k < count; k++) {
                        sum += (row[in + c + channels * k] & 0xff) * weights[from + k];
                    }
                    out[o++] = clamp(sum >> bits);
                }
            }
        }

        private static void acrossRgb(byte[] row, int columnFrom, FilterTaps taps, byte[] out) {
            int[] weights = taps.fixed();
            int[] starts = taps.starts();
            int[] counts = taps.counts();
            int bits = taps.bits();
            int stride = taps.stride();
            int o = 0;
            for (int i = 0; i < starts.length; i++) {
                int in = (starts[i] - columnFrom) * 3;
                int from = i * stride;
                int count = counts[i];
                int r = 1 << (bits - 1);
                int g = r;
                int b = r;
                // One induction variable lets the compiler hoist all bounds checks.
                for (int k = 0; k < count; k++) {
                    int w = weights[from + k];
                    r += (row[in + 3 * k] & 0xff) * w;
                    g += (row[in + 3 * k + 1] & 0xff) * w;
                    b += (row[in + 3 * k + 2] & 0xff) * w;
                }
                out[o++] = clamp(r >> bits);
                out[o++] = clamp(g >> bits);
                out[o++] = clamp(b >> bits);
            }
        }

        @Override
        public void down(byte[][] ring, FilterTaps taps, int y, byte[] out) {
            if (sums.length < out.length) {
                sums = new int[out.length];
            }
            Arrays.fill(sums, 1 << (taps.bits() - 1));
            for (int k = 0; k < taps.counts()[y]; k++) {
                byte[] row = ring[(taps.starts()[y] + k) % ring.length];
                accumulate(row, taps.fixed()[y * taps.stride() + k], sums);
            }
            for (int x = 0; x < out.length; x++) {
                out[x] = clamp(sums[x] >> taps.bits());
            }
        }

        private static void accumulate(byte[] row, int weight, int[] sums) {
            for (int x = 0; x < row.length; x++) {
                sums[x] += (row[x] & 0xff) * weight;
            }
        }

        private static byte clamp(int v) {
            return (byte) (v < 0 ? 0 : Math.min(v, 255));
        }
    }
}
