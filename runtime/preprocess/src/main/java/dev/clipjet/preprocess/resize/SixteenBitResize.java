package dev.clipjet.preprocess.resize;

import dev.clipjet.model.PassOrder;
import dev.clipjet.model.Resampling;

/**
 * Pillow's resize of mode I;16: double sums, each pass rounded half away from zero and stored in two bytes. Overshoot
 * is clamped per byte, as Pillow does it: above 65535 the high byte saturates and the low one wraps.
 */
public final class SixteenBitResize {

    private SixteenBitResize() {}

    /** @param source {@code uint16}, low byte first, as two channels */
    public static byte[] pillow(RowSource source, Window window, Resampling filter, PassOrder order) {
        FilterTaps horizontal = source.width() == window.width()
                ? null
                : FilterTaps.of(filter, source.width(), window.width(), window.left(), window.right());
        FilterTaps vertical = source.height() == window.height()
                ? null
                : FilterTaps.of(filter, source.height(), window.height(), window.top(), window.bottom());
        return TwoPasses.run(
                source,
                window,
                horizontal,
                vertical,
                SeparableResize.verticalFirst(source.width(), source.height(), window, order),
                new SixteenBits());
    }

    private static final class SixteenBits implements TwoPasses.Arithmetic {
        @Override
        public void across(byte[] row, int columnFrom, FilterTaps taps, byte[] out) {
            for (int x = 0; x < taps.size(); x++) {
                int at = (taps.starts()[x] - columnFrom) * 2;
                double sum = 0;
                for (int k = 0; k < taps.counts()[x]; k++, at += 2) {
                    sum += sample(row, at) * taps.weights()[x * taps.stride() + k];
                }
                store(sum, out, 2 * x);
            }
        }

        @Override
        public void down(byte[][] ring, FilterTaps taps, int y, byte[] out) {
            for (int at = 0; at < out.length; at += 2) {
                double sum = 0;
                for (int k = 0; k < taps.counts()[y]; k++) {
                    byte[] row = ring[(taps.starts()[y] + k) % ring.length];
                    sum += sample(row, at) * taps.weights()[y * taps.stride() + k];
                }
                store(sum, out, at);
            }
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
}
