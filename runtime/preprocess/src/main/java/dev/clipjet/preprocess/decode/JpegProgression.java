package dev.clipjet.preprocess.decode;

import java.util.Arrays;

/**
 * How far the coefficients of a progressive JPEG are known: for each component and coefficient the bit position that its last
 * scan reached, 0 when it is complete, -1 when no scan had it.
 */
final class JpegProgression {

    /** Coefficients that block smoothing looks at, the mean included. */
    static final int SMOOTHED = 10;

    /**
     * What a scan holds.
     *
     * @param from first coefficient of the zigzag
     * @param to last coefficient
     * @param high bit position that earlier scans reached, 0 in a first scan
     * @param low bit position that this scan reaches
     */
    record Band(int from, int to, int high, int low) {}

    private final ImageBytes in;
    private final int[][] known;

    /** The state before a component's last scan, for the rows that a scan did not get to. */
    private final int[][] before;

    private int scans;

    JpegProgression(ImageBytes in, int components) {
        this.in = in;
        this.known = new int[components][64];
        this.before = new int[components][64];
        for (int c = 0; c < components; c++) {
            Arrays.fill(known[c], -1);
            Arrays.fill(before[c], -1);
        }
    }

    /** Checks and records a scan of some components. */
    void scan(Band band, int[] components) {
        boolean wrong = band.from == 0 ? band.to != 0 : band.from > band.to || band.to > 63 || components.length > 1;
        if (wrong || band.low > 13 || (band.high != 0 && band.low != band.high - 1)) {
            throw in.malformed("a progressive scan of coefficients " + band.from + " to " + band.to + ", bits "
                    + band.high + " to " + band.low + ", in " + components.length + " components");
        }
        scans++;
        for (int c : components) {
            if (band.from > 0 && known[c][0] < 0) {
                in.damage("component " + c + " has a scan of details before its means");
            }
            for (int k = Math.min(band.from, 1); k <= Math.max(band.to, SMOOTHED - 1); k++) {
                before[c][k] = scans > 1 ? known[c][k] : 0;
            }
            for (int k = band.from; k <= band.to; k++) {
                if (band.high != 0 && known[c][k] < 0) {
                    throw in.malformed(
                            "component " + c + " has a refinement of coefficient " + k + ", which no scan before has");
                }
                if (band.high != Math.max(known[c][k], 0)) {
                    in.damage("component " + c + " has its scans in a wrong order");
                }
                known[c][k] = band.low;
            }
        }
    }

    /** Whether the mean of a component is known. */
    boolean hasMean(int component) {
        return known[component][0] >= 0;
    }

    /** Whether something of what block smoothing estimates is not known completely. */
    boolean incomplete(int component) {
        for (int k = 1; k < SMOOTHED; k++) {
            if (known[component][k] != 0) {
                return true;
            }
        }
        return false;
    }

    /** Bit positions of the first coefficients, where the last scan got to. */
    int[] known(int component) {
        return known[component];
    }

    /** Bit positions of the first coefficients, where it did not. */
    int[] before(int component) {
        if (scans > 1) {
            return before[component];
        }
        int[] nothing = new int[64];
        Arrays.fill(nothing, -1);
        return nothing;
    }
}
