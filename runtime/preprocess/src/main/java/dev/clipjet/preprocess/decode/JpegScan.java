package dev.clipjet.preprocess.decode;

import java.util.Arrays;

/** One scan: the order of its blocks, restarts, and what is done with each block. */
final class JpegScan {

    private final ImageBytes in;
    private final JpegComponent[] members;
    private final boolean wholeImage;
    private final boolean progressive;
    private final int from;
    private final int to;
    private final int high;
    private final int low;
    private final int restartInterval;
    private final int unitsWide;
    private final int unitsHigh;
    private final boolean interleaved;
    private final int[] block = new int[64];

    JpegScan(
            ImageBytes in,
            JpegComponent[] members,
            boolean wholeImage,
            boolean progressive,
            int from,
            int to,
            int high,
            int low,
            int restartInterval,
            int maxH,
            int maxV,
            int width,
            int height) {
        this.in = in;
        this.members = members;
        this.wholeImage = wholeImage;
        this.progressive = progressive;
        this.from = from;
        this.to = to;
        this.high = high;
        this.low = low;
        this.restartInterval = restartInterval;
        this.interleaved = members.length > 1;
        this.unitsWide = interleaved ? (width + 8 * maxH - 1) / (8 * maxH) : members[0].blocksWide;
        this.unitsHigh = interleaved ? (height + 8 * maxV - 1) / (8 * maxV) : members[0].blocksHigh;
    }

    /** Whether this scan alone holds the image, so that its samples are done. */
    boolean isWholeImage() {
        return wholeImage;
    }

    /** Decodes the data that starts at {@code offset} and returns the offset of what follows. */
    int decode(int offset) {
        JpegEntropyReader reader = new JpegEntropyReader(in, offset);
        resetPredictions();
        int untilRestart = restartInterval;
        int restarts = 0;
        for (int y = 0; y < unitsHigh; y++) {
            for (int x = 0; x < unitsWide; x++) {
                if (restartInterval > 0) {
                    if (untilRestart == 0) {
                        reader.checkNotExhausted(y, unitsHigh);
                        reader.restart(restarts++ & 7);
                        resetPredictions();
                        untilRestart = restartInterval;
                    }
                    untilRestart--;
                }
                if (interleaved) {
                    interleavedUnit(reader, x, y);
                } else {
                    JpegComponent c = members[0];
                    if (progressive && from > 0 && high == 0) {
                        int most = restartInterval > 0 ? 1 : unitsWide - x;
                        int skipped = reader.skipEndOfBand(most);
                        if (skipped > 0) {
                            x += skipped - 1;
                            continue;
                        }
                    }
                    oneBlock(reader, c, x, y);
                }
            }
            reader.checkNotExhausted(y, unitsHigh);
        }
        return reader.position();
    }

    private void resetPredictions() {
        for (JpegComponent member : members) {
            member.prediction = 0;
        }
    }

    private void interleavedUnit(JpegEntropyReader reader, int x, int y) {
        for (JpegComponent c : members) {
            for (int v = 0; v < c.v; v++) {
                for (int h = 0; h < c.h; h++) {
                    oneBlock(reader, c, x * c.h + h, y * c.v + v);
                }
            }
        }
    }

    private void oneBlock(JpegEntropyReader reader, JpegComponent c, int x, int y) {
        int index = y * c.storedWide + x;
        if (wholeImage) {
            int last = reader.block(c, c.quant, block);
            int out = 8 * (y * c.stride() + x);
            if (last == 0) {
                InverseDct.constant(block[0], c.samples, out, c.stride());
                block[0] = 0;
            } else {
                InverseDct.transform(block, c.samples, out, c.stride());
                Arrays.fill(block, 0);
            }
        } else if (!progressive) {
            reader.block(c, null, block);
            for (int i = 0; i < 64; i++) {
                c.coefficients[64 * index + i] = (short) block[i];
            }
            Arrays.fill(block, 0);
        } else if (from == 0) {
            if (high == 0) {
                reader.dcFirst(c, c.coefficients, 64 * index, low);
            } else {
                reader.dcRefine(c.coefficients, 64 * index, low);
            }
        } else if (high == 0) {
            reader.acFirst(c.ac, c.coefficients, 64 * index, from, to, low);
        } else {
            reader.acRefine(c.ac, c.coefficients, 64 * index, from, to, low);
        }
    }
}
