package dev.clipjet.preprocess.decode;

/**
 * libjpeg's smoothing of progressive images whose scans are not all there: the first coefficients of a block, as far as they
 * are zero and not known completely, are estimated from the means of the 5x5 blocks around it. Where no details are known at
 * all, nine of them are estimated with wide kernels and the mean is smoothed; else five, as in ITU T.81 K.8 with a wider window.
 */
final class JpegSmoothing {

    private static final int WINDOW = 25;

    /** Weights of the means around a block, row by row, by zigzag index; without any details. */
    private static final int[][] ALONE = {
        {
            -2, -6, -8, -6, -2, -6, 6, 42, 6, -6, -8, 42, 152, 42, -8, -6, 6, 42, 6, -6, -2, -6, -8, -6, -2,
        },
        {
            -1, -1, 0, 1, 1, -3, 13, 0, -13, 3, -3, 38, 0, -38, 3, -3, 13, 0, -13, 3, -1, -1, 0, 1, 1,
        },
        {
            -1, -3, -3, -3, -1, -1, 13, 38, 13, -1, 0, 0, 0, 0, 0, 1, -13, -38, -13, 1, 1, 3, 3, 3, 1,
        },
        {
            0, 0, 1, 0, 0, 0, 2, 7, 2, 0, 0, -5, -14, -5, 0, 0, 2, 7, 2, 0, 0, 0, 1, 0, 0,
        },
        {
            -1, 0, 0, 0, 1, 0, 9, 0, -9, 0, 0, 0, 0, 0, 0, 0, -9, 0, 9, 0, 1, 0, 0, 0, -1,
        },
        {
            0, 0, 0, 0, 0, 0, 2, -5, 2, 0, 1, 7, -14, 7, 1, 0, 2, -5, 2, 0, 0, 0, 0, 0, 0,
        },
        {
            0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, 2, 0, -2, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0, 0,
        },
        {
            0, 0, 0, 0, 0, 0, 1, -3, 1, 0, 0, 0, 0, 0, 0, 0, -1, 3, -1, 0, 0, 0, 0, 0, 0,
        },
        {
            0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, -3, 0, 3, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0, 0,
        },
        {
            0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, -1, -2, -1, 0, 0, 0, 0, 0, 0,
        },
    };

    /** The same where some details are known. */
    private static final int[][] WITH_DETAILS = {
        null,
        {
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -7, 50, 0, -50, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        },
        {
            0, 0, -7, 0, 0, 0, 0, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, -50, 0, 0, 0, 0, 7, 0, 0,
        },
        {
            0, 0, -1, 0, 0, 0, 0, 13, 0, 0, 0, 0, -24, 0, 0, 0, 0, 13, 0, 0, 0, 0, -1, 0, 0,
        },
        {
            0, -1, 0, 1, 0, -1, 10, 0, -10, 1, 0, 0, 0, 0, 0, 1, -10, 0, 10, -1, 0, 1, 0, -1, 0,
        },
        {
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 13, -24, 13, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        },
    };

    private final JpegComponent component;
    private final int[] known;
    private final int[] before;
    private final int lastGoodRow;
    private final int unitsHigh;
    private final int[] means = new int[WINDOW];

    private JpegSmoothing(JpegComponent component, int[] known, int[] before, int lastGoodRow, int unitsHigh) {
        this.component = component;
        this.known = known;
        this.before = before;
        this.lastGoodRow = lastGoodRow;
        this.unitsHigh = unitsHigh;
    }

    /**
     * Whether a whole image is smoothed: all means are known, no quantizer that would be divided by is zero, and something is
     * missing.
     */
    static boolean applies(JpegComponent[] components, JpegProgression progression) {
        boolean incomplete = false;
        for (int c = 0; c < components.length; c++) {
            if (components[c].quant == null || !progression.hasMean(c)) {
                return false;
            }
            for (int k = 0; k < JpegProgression.SMOOTHED; k++) {
                if (components[c].quant[JpegDecoder.NATURAL_ORDER[k]] == 0) {
                    return false;
                }
            }
            incomplete |= progression.incomplete(c);
        }
        return incomplete;
    }

    /**
     * @param index of the component
     * @param lastGoodRow row of interleaved units up to which the last scan got
     * @param unitsHigh rows of interleaved units
     */
    static JpegSmoothing of(
            JpegComponent[] components, int index, JpegProgression progression, int lastGoodRow, int unitsHigh) {
        return new JpegSmoothing(
                components[index], progression.known(index), progression.before(index), lastGoodRow, unitsHigh);
    }

    /**
     * Adds the estimates to a block.
     *
     * @param block its quantized coefficients
     * @return what AC coefficients there are, as {@link JpegEntropyReader#block} says it
     */
    int estimate(short[] block, int x, int y) {
        int unit = y / component.v;
        int[] bits = unit > lastGoodRow ? before : known;
        boolean alone = true;
        for (int k = 1; k < JpegProgression.SMOOTHED; k++) {
            alone &= bits[k] == -1;
        }
        readMeans(x, y, unit);
        int[][] kernels = alone ? ALONE : WITH_DETAILS;
        for (int k = 1; k < kernels.length; k++) {
            int at = JpegDecoder.NATURAL_ORDER[k];
            if (bits[k] != 0 && block[at] == 0) {
                block[at] = (short) estimate(kernels[k], component.quant[at], bits[k]);
            }
        }
        if (alone) {
            block[0] = (short) estimate(kernels[0], component.quant[0], -1);
        }
        int any = 0;
        for (int i = 1; i < 64; i++) {
            any |= block[i] == 0 ? 0 : i < 8 ? 1 : 2;
        }
        return any;
    }

    /** @param low bit position up to which the coefficient is known to be zero, or -1 */
    private int estimate(int[] weights, int quant, int low) {
        int sum = 0;
        for (int i = 0; i < WINDOW; i++) {
            sum += weights[i] * means[i];
        }
        long scaled = (long) component.quant[0] * sum;
        int size = (int) ((((long) quant << 7) + Math.abs(scaled)) / ((long) quant << 8));
        if (low > 0 && size >= 1 << low) {
            size = (1 << low) - 1;
        }
        return scaled >= 0 ? size : -size;
    }

    private void readMeans(int x, int y, int unit) {
        // libjpeg numbers rows as if all units had as many as this one, which matters where the last has fewer.
        int inUnit = component.v;
        if (unit == unitsHigh - 1 && component.blocksHigh % component.v != 0) {
            inUnit = component.blocksHigh % component.v;
        }
        int row = unit * inUnit + y % component.v;
        int rows = unitsHigh * inUnit;
        int above = row > 0 ? y - 1 : y;
        int below = row < rows - 1 ? y + 1 : y;
        readRow(0, x, row > 1 ? y - 2 : above);
        readRow(5, x, above);
        readRow(10, x, y);
        readRow(15, x, below);
        readRow(20, x, row < rows - 2 ? y + 2 : below);
    }

    private void readRow(int into, int x, int y) {
        int last = component.blocksWide - 1;
        for (int i = 0; i < 5; i++) {
            int column = Math.max(0, Math.min(x + i - 2, last));
            means[into + i] = component.coefficients[64 * (y * component.storedWide + column)];
        }
    }
}
