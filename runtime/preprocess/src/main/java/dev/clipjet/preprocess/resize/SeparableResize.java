package dev.clipjet.preprocess.resize;

import dev.clipjet.model.PassOrder;
import dev.clipjet.model.Resampling;
import java.util.Arrays;

/**
 * Resize of 8-bit samples in two passes with an 8-bit image between them, in integers. Each output sample depends on
 * its own taps only, so that computing nothing but the wanted window is exact.
 */
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
        boolean verticalFirst = order == PassOrder.PILLOW_13
                && source.height() > window.height()
                && source.height() - window.height() > 2 * ((long) source.width() - window.width());
        return resize(source, window, horizontal, vertical, verticalFirst && horizontal != null && vertical != null);
    }

    /** torchvision's antialiased resize of uint8 tensors: 16-bit weights, horizontal first. */
    public static byte[] torchvision(RowSource source, Window window, Resampling filter) {
        FilterTaps horizontal = source.width() == window.width()
                ? null
                : FilterTaps.torchvision(filter, source.width(), window.width(), window.left(), window.right());
        FilterTaps vertical = source.height() == window.height()
                ? null
                : FilterTaps.torchvision(filter, source.height(), window.height(), window.top(), window.bottom());
        return resize(source, window, horizontal, vertical, false);
    }

    /** The window without any resampling. */
    public static byte[] copy(RowSource source, Window window) {
        return resize(source, window, null, null, false);
    }

    private static byte[] resize(
            RowSource source, Window window, FilterTaps horizontal, FilterTaps vertical, boolean verticalFirst) {
        int channels = source.channels();
        int columnFrom = horizontal == null ? window.left() : horizontal.sourceFrom();
        int columnTo = horizontal == null ? window.right() : horizontal.sourceTo();
        int rowFrom = vertical == null ? window.top() : vertical.sourceFrom();
        int rowTo = vertical == null ? window.bottom() : vertical.sourceTo();
        if (verticalFirst) {
            int pitch = (columnTo - columnFrom) * channels;
            byte[] middle = new byte[window.rows() * pitch];
            verticalStreaming(source, columnFrom, columnTo, vertical, middle);
            byte[] out = new byte[window.rows() * window.columns() * channels];
            byte[] row = new byte[pitch];
            for (int y = 0; y < window.rows(); y++) {
                System.arraycopy(middle, y * pitch, row, 0, pitch);
                horizontalPass(row, columnFrom, channels, horizontal, out, y * window.columns() * channels);
            }
            return out;
        }
        int pitch = window.columns() * channels;
        byte[] middle = new byte[Math.multiplyExact(rowTo - rowFrom, pitch)];
        byte[] row = new byte[(columnTo - columnFrom) * channels];
        for (int y = rowFrom; y < rowTo; y++) {
            source.read(y, columnFrom, columnTo, row);
            if (horizontal == null) {
                System.arraycopy(row, 0, middle, (y - rowFrom) * pitch, pitch);
            } else {
                horizontalPass(row, columnFrom, channels, horizontal, middle, (y - rowFrom) * pitch);
            }
        }
        if (vertical == null) {
            return middle;
        }
        byte[] out = new byte[window.rows() * pitch];
        int[] sums = new int[pitch];
        for (int y = 0; y < window.rows(); y++) {
            verticalPass(middle, rowFrom, vertical, y, sums, out, y * pitch);
        }
        return out;
    }

    /** One row: {@code row} starts at source column {@code columnFrom}. */
    private static void horizontalPass(
            byte[] row, int columnFrom, int channels, FilterTaps taps, byte[] out, int offset) {
        int[] weights = taps.fixed();
        int bits = taps.bits();
        int half = 1 << (bits - 1);
        int o = offset;
        for (int i = 0; i < taps.size(); i++) {
            int in = (taps.starts()[i] - columnFrom) * channels;
            int from = i * taps.stride();
            int to = from + taps.counts()[i];
            if (channels == 3) {
                int r = half;
                int g = half;
                int b = half;
                for (int k = from; k < to; k++, in += 3) {
                    int w = weights[k];
                    r += (row[in] & 0xff) * w;
                    g += (row[in + 1] & 0xff) * w;
                    b += (row[in + 2] & 0xff) * w;
                }
                out[o++] = clamp(r >> bits);
                out[o++] = clamp(g >> bits);
                out[o++] = clamp(b >> bits);
            } else {
                for (int c = 0; c < channels; c++) {
                    int sum = half;
                    for (int k = from, j = in + c; k < to; k++, j += channels) {
                        sum += (row[j] & 0xff) * weights[k];
                    }
                    out[o++] = clamp(sum >> bits);
                }
            }
        }
    }

    /** Output row {@code y} from the rows of {@code middle}, which starts at source row {@code rowFrom}. */
    private static void verticalPass(
            byte[] middle, int rowFrom, FilterTaps taps, int y, int[] sums, byte[] out, int offset) {
        int pitch = sums.length;
        Arrays.fill(sums, 1 << (taps.bits() - 1));
        int start = taps.starts()[y] - rowFrom;
        for (int k = 0; k < taps.counts()[y]; k++) {
            accumulate(middle, (start + k) * pitch, taps.fixed()[y * taps.stride() + k], sums);
        }
        for (int x = 0; x < pitch; x++) {
            out[offset + x] = clamp(sums[x] >> taps.bits());
        }
    }

    private static void accumulate(byte[] row, int offset, int weight, int[] sums) {
        for (int x = 0; x < sums.length; x++) {
            sums[x] += (row[offset + x] & 0xff) * weight;
        }
    }

    /** The vertical pass first, reading each source row once; the rows that open outputs need are kept in a ring. */
    private static void verticalStreaming(RowSource source, int columnFrom, int columnTo, FilterTaps taps, byte[] out) {
        int pitch = (columnTo - columnFrom) * source.channels();
        byte[] ring = new byte[Math.multiplyExact(taps.stride(), pitch)];
        byte[] row = new byte[pitch];
        int[] sums = new int[pitch];
        int read = taps.sourceFrom();
        for (int y = 0; y < taps.size(); y++) {
            int end = taps.starts()[y] + taps.counts()[y];
            for (; read < end; read++) {
                source.read(read, columnFrom, columnTo, row);
                System.arraycopy(row, 0, ring, read % taps.stride() * pitch, pitch);
            }
            Arrays.fill(sums, 1 << (taps.bits() - 1));
            for (int k = 0; k < taps.counts()[y]; k++) {
                int at = (taps.starts()[y] + k) % taps.stride();
                accumulate(ring, at * pitch, taps.fixed()[y * taps.stride() + k], sums);
            }
            for (int x = 0; x < pitch; x++) {
                out[y * pitch + x] = clamp(sums[x] >> taps.bits());
            }
        }
    }

    private static byte clamp(int v) {
        return (byte) (v < 0 ? 0 : Math.min(v, 255));
    }
}
