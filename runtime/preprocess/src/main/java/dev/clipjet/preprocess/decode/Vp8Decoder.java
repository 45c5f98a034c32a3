package dev.clipjet.preprocess.decode;

import dev.clipjet.preprocess.DecodedImage;
import dev.clipjet.preprocess.PixelMode;
import java.util.Arrays;

/** A VP8 key frame (RFC 6386), which is what lossy WebP holds, to libwebp's pixels. */
final class Vp8Decoder {

    private static final int COEFFICIENT_PROBABILITIES = 4 * 8 * 3 * 11;
    private static final int NO_SKIPS = -1;

    private final ImageBytes in;
    private final int width;
    private final int height;
    private final int mbWidth;
    private final int mbHeight;
    private final boolean hasAlpha;
    private final Vp8Bits bits;

    private boolean segmented;
    private boolean updatesMap;
    private boolean absoluteSegments = true;
    private final int[] segmentQuantizer = new int[4];
    private final int[] segmentFilter = new int[4];
    private final int[] segmentProbabilities = {255, 255, 255};

    private boolean simpleFilter;
    private int filterLevel;
    private int sharpness;
    private boolean filterDeltas;
    private final int[] referenceDeltas = new int[4];
    private final int[] modeDeltas = new int[4];

    /** Steps per segment: luma DC, AC, second-order luma DC, AC, chroma DC, AC. */
    private final int[][] steps = new int[4][6];

    private final int[] coefficients = new int[COEFFICIENT_PROBABILITIES];
    private int skipProbability;
    private Vp8Bits[] partitions;

    // What neighbors need: modes of 4x4 blocks, and whether blocks had coefficients (4 Y, 2 U, 2 V, second-order Y).
    private final byte[] topModes;
    private final byte[] leftModes = new byte[4];
    private final boolean[] topNonZero;
    private final boolean[] leftNonZero = new boolean[9];

    private final Vp8Planes planes;
    private final short[] residual = new short[25 * 16];
    private final int[] blockModes = new int[16];

    Vp8Decoder(ImageBytes in, int from, int to, boolean hasAlpha) {
        this.in = in;
        this.hasAlpha = hasAlpha;
        if (to - from < 10) {
            throw in.truncated("the lossy image has no header");
        }
        int tag = in.u24le(from);
        if ((tag & 1) != 0) {
            throw in.malformed("the lossy image is no key frame");
        }
        if ((tag >> 1 & 7) > 3) {
            throw in.malformed("VP8 profile " + (tag >> 1 & 7) + " does not exist");
        }
        if (in.u8(from + 3) != 0x9d || in.u8(from + 4) != 1 || in.u8(from + 5) != 0x2a) {
            throw in.malformed("the lossy image has no start code");
        }
        this.width = in.u16le(from + 6) & 0x3fff;
        this.height = in.u16le(from + 8) & 0x3fff;
        in.checkSize(width, height);
        this.mbWidth = (width + 15) / 16;
        this.mbHeight = (height + 15) / 16;
        long samples = 384L * mbWidth * mbHeight;
        long pixels = (long) width * height * (hasAlpha ? 4 : 3);
        in.checkMemory(samples + pixels, Math.max(samples, pixels));
        int firstSize = tag >> 5;
        if (firstSize > to - from - 10) {
            throw in.truncated("the first partition says it has " + firstSize + " bytes");
        }
        int second = from + 10 + firstSize;
        this.bits = new Vp8Bits(in.data(), from + 10, second);
        this.topModes = new byte[4 * mbWidth];
        this.topNonZero = new boolean[9 * mbWidth];
        this.planes = new Vp8Planes(mbWidth, mbHeight);
        readHeader(second, to);
        decodeFrame();
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    private void readHeader(int second, int to) {
        bits.number(2); // color space and clamping, which libwebp ignores
        segmented = bits.flag();
        if (segmented) {
            updatesMap = bits.flag();
            if (bits.flag()) {
                absoluteSegments = bits.flag();
                for (int i = 0; i < 4; i++) {
                    segmentQuantizer[i] = bits.optional(7);
                }
                for (int i = 0; i < 4; i++) {
                    segmentFilter[i] = bits.optional(6);
                }
            }
            if (updatesMap) {
                for (int i = 0; i < 3; i++) {
                    segmentProbabilities[i] = bits.flag() ? bits.number(8) : 255;
                }
            }
        }
        simpleFilter = bits.flag();
        filterLevel = bits.number(6);
        sharpness = bits.number(3);
        filterDeltas = bits.flag();
        if (filterDeltas && bits.flag()) {
            for (int i = 0; i < 4; i++) {
                referenceDeltas[i] = bits.flag() ? bits.signed(6) : referenceDeltas[i];
            }
            for (int i = 0; i < 4; i++) {
                modeDeltas[i] = bits.flag() ? bits.signed(6) : modeDeltas[i];
            }
        }
        readPartitions(second, to);
        readQuantizers();
        bits.flag(); // whether probabilities outlive the frame
        for (int i = 0; i < COEFFICIENT_PROBABILITIES; i++) {
            coefficients[i] =
                    bits.bit(Vp8Tables.COEFFICIENT_UPDATES[i]) != 0 ? bits.number(8) : Vp8Tables.COEFFICIENTS[i];
        }
        skipProbability = bits.flag() ? bits.number(8) : NO_SKIPS;
        if (bits.exhausted()) {
            throw in.truncated("the lossy image ends in its header");
        }
    }

    private void readPartitions(int second, int to) {
        int count = 1 << bits.number(2);
        int from = second + 3 * (count - 1);
        if (bits.exhausted()) {
            throw in.truncated("the lossy image ends in its header");
        }
        if (from > to) {
            throw in.truncated("the sizes of " + count + " partitions are not there");
        }
        partitions = new Vp8Bits[count];
        for (int i = 0; i < count; i++) {
            int size = i < count - 1 ? in.u24le(second + 3 * i) : to - from;
            // As libwebp, take what there is; a reader that runs dry is an error later.
            int end = Math.min(from + size, to);
            partitions[i] = new Vp8Bits(in.data(), from, end);
            if (i == count - 1 && from == to) {
                throw in.truncated("the last of " + count + " partitions is empty");
            }
            from = end;
        }
    }

    private void readQuantizers() {
        int base = bits.number(7);
        int lumaDc = bits.optional(4);
        int secondDc = bits.optional(4);
        int secondAc = bits.optional(4);
        int chromaDc = bits.optional(4);
        int chromaAc = bits.optional(4);
        for (int s = 0; s < 4; s++) {
            int q = segmented ? segmentQuantizer[s] + (absoluteSegments ? 0 : base) : base;
            steps[s][0] = Vp8Tables.DC_STEPS[clip(q + lumaDc, 127)];
            steps[s][1] = Vp8Tables.AC_STEPS[clip(q, 127)];
            steps[s][2] = Vp8Tables.DC_STEPS[clip(q + secondDc, 127)] * 2;
            steps[s][3] = Math.max(Vp8Tables.AC_STEPS[clip(q + secondAc, 127)] * 101581 >> 16, 8);
            steps[s][4] = Vp8Tables.DC_STEPS[clip(q + chromaDc, 117)];
            steps[s][5] = Vp8Tables.AC_STEPS[clip(q + chromaAc, 127)];
        }
    }

    private static int clip(int v, int max) {
        return Math.max(0, Math.min(v, max));
    }

    private void decodeFrame() {
        byte[] filterOf = new byte[mbWidth * mbHeight]; // level, and 64 where inner edges are filtered
        for (int y = 0; y < mbHeight; y++) {
            Vp8Bits tokens = partitions[y & (partitions.length - 1)];
            Arrays.fill(leftModes, (byte) 0);
            Arrays.fill(leftNonZero, false);
            planes.startRow(y);
            for (int x = 0; x < mbWidth; x++) {
                decodeMacroblock(tokens, x, y, filterOf);
            }
            if (bits.exhausted() || tokens.exhausted()) {
                throw in.truncated("the lossy image ends in row " + y + " of " + mbHeight + " rows of blocks");
            }
        }
        if (filterLevel > 0) {
            new Vp8LoopFilter(planes, simpleFilter, sharpness).run(filterOf);
        }
    }

    private void decodeMacroblock(Vp8Bits tokens, int x, int y, byte[] filterOf) {
        int segment = 0;
        if (updatesMap) {
            segment = bits.bit(segmentProbabilities[0]) == 0
                    ? bits.bit(segmentProbabilities[1])
                    : 2 + bits.bit(segmentProbabilities[2]);
        }
        boolean skip = skipProbability != NO_SKIPS && bits.bit(skipProbability) != 0;
        boolean split = bits.bit(145) == 0;
        int lumaMode = readLumaModes(split, x);
        int chromaMode = bits.bit(142) == 0
                ? Vp8Prediction.DC
                : bits.bit(114) == 0
                        ? Vp8Prediction.VERTICAL
                        : bits.bit(183) != 0 ? Vp8Prediction.TRUE_MOTION : Vp8Prediction.HORIZONTAL;
        boolean anything = false;
        Arrays.fill(residual, (short) 0);
        if (skip) {
            clearNonZero(split, x);
        } else {
            anything = readResidual(tokens, split, steps[segment], x);
        }
        planes.reconstruct(x, y, split ? blockModes : null, lumaMode, chromaMode, residual);
        filterOf[y * mbWidth + x] = (byte) (filterStrength(segment, split) | (split || anything ? 64 : 0));
    }

    /** Modes are numbered as 4x4 modes; those of whole blocks are among them. */
    private int readLumaModes(boolean split, int x) {
        if (!split) {
            int mode = bits.bit(156) != 0
                    ? (bits.bit(128) != 0 ? Vp8Prediction.TRUE_MOTION : Vp8Prediction.HORIZONTAL)
                    : (bits.bit(163) != 0 ? Vp8Prediction.VERTICAL : Vp8Prediction.DC);
            Arrays.fill(topModes, 4 * x, 4 * x + 4, (byte) mode);
            Arrays.fill(leftModes, (byte) mode);
            return mode;
        }
        for (int by = 0; by < 4; by++) {
            int left = leftModes[by];
            for (int bx = 0; bx < 4; bx++) {
                left = readBlockMode(9 * (10 * topModes[4 * x + bx] + left));
                topModes[4 * x + bx] = (byte) left;
                blockModes[4 * by + bx] = left;
            }
            leftModes[by] = (byte) left;
        }
        return 0;
    }

    private int readBlockMode(int p) {
        int[] table = Vp8Tables.BLOCK_MODES;
        if (bits.bit(table[p]) == 0) {
            return Vp8Prediction.DC;
        }
        if (bits.bit(table[p + 1]) == 0) {
            return Vp8Prediction.TRUE_MOTION;
        }
        if (bits.bit(table[p + 2]) == 0) {
            return Vp8Prediction.VERTICAL;
        }
        if (bits.bit(table[p + 3]) == 0) {
            if (bits.bit(table[p + 4]) == 0) {
                return Vp8Prediction.HORIZONTAL;
            }
            return bits.bit(table[p + 5]) == 0 ? Vp8Prediction.RIGHT_DOWN : Vp8Prediction.VERTICAL_RIGHT;
        }
        if (bits.bit(table[p + 6]) == 0) {
            return Vp8Prediction.LEFT_DOWN;
        }
        if (bits.bit(table[p + 7]) == 0) {
            return Vp8Prediction.VERTICAL_LEFT;
        }
        return bits.bit(table[p + 8]) == 0 ? Vp8Prediction.HORIZONTAL_DOWN : Vp8Prediction.HORIZONTAL_UP;
    }

    private void clearNonZero(boolean split, int x) {
        // The second-order flag outlives blocks that have none.
        int count = split ? 8 : 9;
        Arrays.fill(topNonZero, 9 * x, 9 * x + count, false);
        Arrays.fill(leftNonZero, 0, count, false);
    }

    /** @return whether any block has a coefficient */
    private boolean readResidual(Vp8Bits tokens, boolean split, int[] step, int x) {
        int first = 0;
        int type = 3;
        int top = 9 * x;
        if (!split) {
            int context = (topNonZero[top + 8] ? 1 : 0) + (leftNonZero[8] ? 1 : 0);
            int end = readBlock(tokens, 1, context, 0, step[2], step[3], 24 * 16);
            topNonZero[top + 8] = end > 0;
            leftNonZero[8] = end > 0;
            Vp8Transform.secondOrder(residual, 24 * 16);
            first = 1;
            type = 0;
        }
        boolean anything = false;
        for (int b = 0; b < 16; b++) {
            int t = top + (b & 3);
            int l = b >> 2;
            int context = (topNonZero[t] ? 1 : 0) + (leftNonZero[l] ? 1 : 0);
            int end = readBlock(tokens, type, context, first, step[0], step[1], 16 * b);
            topNonZero[t] = end > first;
            leftNonZero[l] = end > first;
            anything |= end > 1 || residual[16 * b] != 0;
        }
        for (int b = 0; b < 8; b++) {
            int plane = 4 + 2 * (b >> 2);
            int t = top + plane + (b & 1);
            int l = plane + (b >> 1 & 1);
            int context = (topNonZero[t] ? 1 : 0) + (leftNonZero[l] ? 1 : 0);
            int end = readBlock(tokens, 2, context, 0, step[4], step[5], 16 * (16 + b));
            topNonZero[t] = end > 0;
            leftNonZero[l] = end > 0;
            anything |= end > 1 || residual[16 * (16 + b)] != 0;
        }
        return anything;
    }

    /** @return the index after the last coefficient */
    private int readBlock(Vp8Bits tokens, int type, int context, int first, int dc, int ac, int out) {
        int n = first;
        int p = probabilities(type, n, context);
        while (n < 16) {
            if (tokens.bit(coefficients[p]) == 0) {
                return n;
            }
            while (tokens.bit(coefficients[p + 1]) == 0) {
                if (++n == 16) {
                    return 16;
                }
                p = probabilities(type, n, 0);
            }
            int v = 1;
            int next = 1;
            if (tokens.bit(coefficients[p + 2]) != 0) {
                v = largeValue(tokens, p);
                next = 2;
            }
            int signed = tokens.bit(128) != 0 ? -v : v;
            residual[out + Vp8Tables.ZIGZAG[n]] = (short) (signed * (n > 0 ? ac : dc));
            n++;
            if (n < 16) {
                p = probabilities(type, n, next);
            }
        }
        return 16;
    }

    private static int probabilities(int type, int n, int context) {
        return 11 * (3 * (8 * type + Vp8Tables.BANDS[n]) + context);
    }

    private int largeValue(Vp8Bits tokens, int p) {
        if (tokens.bit(coefficients[p + 3]) == 0) {
            return tokens.bit(coefficients[p + 4]) == 0 ? 2 : 3 + tokens.bit(coefficients[p + 5]);
        }
        if (tokens.bit(coefficients[p + 6]) == 0) {
            if (tokens.bit(coefficients[p + 7]) == 0) {
                return 5 + tokens.bit(159);
            }
            int v = 7 + 2 * tokens.bit(165);
            return v + tokens.bit(145);
        }
        int high = tokens.bit(coefficients[p + 8]);
        int category = 2 * high + tokens.bit(coefficients[p + 9 + high]);
        int v = 0;
        for (int probability : Vp8Tables.LARGE[category]) {
            v = v << 1 | tokens.bit(probability);
        }
        return v + 3 + (8 << category);
    }

    private int filterStrength(int segment, boolean split) {
        int level = filterLevel;
        if (segmented) {
            level = segmentFilter[segment] + (absoluteSegments ? 0 : filterLevel);
        }
        if (filterDeltas) {
            level += referenceDeltas[0] + (split ? modeDeltas[0] : 0);
        }
        return clip(level, 63);
    }

    /** @param alpha one value per pixel, or null when all is opaque */
    DecodedImage image(byte[] alpha) {
        int channels = hasAlpha ? 4 : 3;
        byte[] out = new byte[width * height * channels];
        planes.toRgb(width, height, out, channels);
        if (hasAlpha) {
            for (int i = 0; i < width * height; i++) {
                out[4 * i + 3] = alpha == null ? (byte) 255 : alpha[i];
            }
        }
        return DecodedImage.of(hasAlpha ? PixelMode.RGBA : PixelMode.RGB, width, height, out);
    }
}
