package dev.clipjet.preprocess.decode;

import java.util.Arrays;

/** One scan: the order of its blocks, restarts, and what is done with each block. */
final class JpegScan {

    private final JpegInput input;
    private final JpegComponent[] members;
    private final boolean wholeImage;
    private final JpegProgression.Band band;
    private final int restartInterval;
    private final int unitsWide;
    private final int unitsHigh;
    private final boolean interleaved;
    private final short[] block = new short[64];
    private final int[] workspace = new int[64];
    private int lastGoodRow;

    /**
     * @param wholeImage whether this scan alone holds the image, so that blocks become samples at once
     * @param band what a progressive scan holds, or null for a sequential one
     */
    JpegScan(
            JpegInput input,
            JpegComponent[] members,
            boolean wholeImage,
            JpegProgression.Band band,
            int restartInterval,
            int maxH,
            int maxV,
            int width,
            int height) {
        this.input = input;
        this.members = members;
        this.wholeImage = wholeImage;
        this.band = band;
        this.restartInterval = restartInterval;
        this.interleaved = members.length > 1;
        this.unitsWide = interleaved ? (width + 8 * maxH - 1) / (8 * maxH) : members[0].blocksWide;
        this.unitsHigh = interleaved ? (height + 8 * maxV - 1) / (8 * maxV) : members[0].blocksHigh;
    }

    /** Blocks that the scan passes. */
    long blocks() {
        int inUnit = 1;
        if (interleaved) {
            inUnit = Arrays.stream(members).mapToInt(c -> c.h * c.v).sum();
        }
        return (long) unitsWide * unitsHigh * inUnit;
    }

    /** The last row of interleaved units that was begun before data was missing. */
    int lastGoodRow() {
        return lastGoodRow;
    }

    /** Decodes the data that starts at the position of the input. */
    void decode(int lastGoodRowBefore) {
        lastGoodRow = lastGoodRowBefore;
        JpegEntropyReader reader = new JpegEntropyReader(input, input.scanEnd(input.position()) < input.in.length());
        resetPredictions();
        int untilRestart = restartInterval;
        int restarts = 0;
        boolean skips = band != null && band.from() > 0 && band.high() == 0;
        for (int y = 0; y < unitsHigh; y++) {
            for (int x = 0; x < unitsWide; x++) {
                if (!reader.exhausted()) {
                    lastGoodRow = interleaved ? y : y / members[0].v;
                }
                if (restartInterval > 0) {
                    if (untilRestart == 0) {
                        reader.restart(restarts++ & 7);
                        resetPredictions();
                        untilRestart = restartInterval;
                    }
                    untilRestart--;
                }
                if (reader.exhausted()) {
                    leaveUnit(x, y);
                } else if (interleaved) {
                    interleavedUnit(reader, x, y);
                } else {
                    if (skips) {
                        int skipped = reader.skipEndOfBand(restartInterval > 0 ? 1 : unitsWide - x);
                        if (skipped > 0) {
                            x += skipped - 1;
                            continue;
                        }
                    }
                    oneBlock(reader, members[0], x, y);
                }
            }
        }
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

    /** A unit whose data is missing: middle gray where the scan alone holds the image, else what other scans made of it. */
    private void leaveUnit(int x, int y) {
        if (!wholeImage) {
            return;
        }
        for (JpegComponent c : members) {
            int down = interleaved ? c.v : 1;
            int across = interleaved ? c.h : 1;
            for (int row = 8 * down * y; row < 8 * down * (y + 1); row++) {
                int at = row * c.stride() + 8 * across * x;
                Arrays.fill(c.samples, at, at + 8 * across, (byte) 128);
            }
        }
    }

    private void oneBlock(JpegEntropyReader reader, JpegComponent c, int x, int y) {
        int index = y * c.storedWide + x;
        if (wholeImage) {
            int any = reader.block(c, block, 0);
            InverseDct.transform(any, block, 0, c.quant, workspace, c.samples, 8 * (y * c.stride() + x), c.stride());
            if (any != 0) {
                Arrays.fill(block, (short) 0);
            }
        } else if (band == null) {
            reader.block(c, c.coefficients, 64 * index);
        } else if (band.from() == 0) {
            if (band.high() == 0) {
                reader.dcFirst(c, c.coefficients, 64 * index, band.low());
            } else {
                reader.dcRefine(c.coefficients, 64 * index, band.low());
            }
        } else if (band.high() == 0) {
            reader.acFirst(c, index, band.from(), band.to(), band.low());
        } else {
            reader.acRefine(c, index, band.from(), band.to(), band.low());
        }
    }
}
