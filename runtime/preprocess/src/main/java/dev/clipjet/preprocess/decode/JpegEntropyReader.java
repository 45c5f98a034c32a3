package dev.clipjet.preprocess.decode;

/**
 * Huffman-coded data of one JPEG scan, as libjpeg reads it, damaged data too: a code that is in no table counts as zero, a
 * coefficient behind the last one goes to the last place, and where a marker comes too early zeros are read up to the end of
 * the unit; then {@link #exhausted} is true until the next restart and units are left as they are.
 */
final class JpegEntropyReader {

    /** Bits that the buffer has after it is filled, at least; 64 at most. */
    private static final int FULL = 57;

    /** Position in the 8x8 block of each coefficient of the zigzag; those behind the last one go to the last. */
    private static final int[] ORDER = order();

    private final ImageBytes in;
    private final JpegInput input;

    /**
     * The buffer is filled when it has fewer bits than this. Where a marker ends the data, early, which is fast; where the end of
     * the file does, only when libjpeg would: its buffer wants to be full, so that a file is truncated for it that has all bits.
     */
    private final int fillBelow;

    private long bits;
    private int left;
    private boolean exhausted;

    /** Blocks of a progressive scan that are still known to be at their end. */
    private int endOfBandRun;

    JpegEntropyReader(JpegInput input, boolean endsAtMarker) {
        this.in = input.in;
        this.input = input;
        this.fillBelow = endsAtMarker ? 32 : 8;
    }

    private static int[] order() {
        int[] order = new int[64 + 16];
        java.util.Arrays.fill(order, 63);
        System.arraycopy(JpegDecoder.NATURAL_ORDER, 0, order, 0, 64);
        return order;
    }

    /** Whether zeros were read for data that is missing. */
    boolean exhausted() {
        return exhausted;
    }

    private void fill() {
        while (left < FULL) {
            int b = input.dataByte();
            if (b < 0) {
                return;
            }
            bits = bits << 8 | b;
            left += 8;
        }
    }

    /** Makes {@code count} bits available, zeros behind the end. */
    private void ensure(int count) {
        if (left < count) {
            fill();
            if (left < count) {
                if (!exhausted) {
                    exhausted = true;
                    in.damage("a scan ends too early, at offset " + input.position());
                }
                bits <<= FULL - left;
                left = FULL;
            }
        }
    }

    private int symbol(HuffmanTable table) {
        if (left < fillBelow) {
            fill();
        }
        if (left >= HuffmanTable.LOOK_BITS) {
            int look =
                    table.look[(int) (bits >>> (left - HuffmanTable.LOOK_BITS)) & ((1 << HuffmanTable.LOOK_BITS) - 1)];
            if (look != 0) {
                left -= look >> 8;
                return look & 0xff;
            }
        }
        return longSymbol(table);
    }

    private int longSymbol(HuffmanTable table) {
        if (left == 8 && !table.hasCode((int) bits & 0xff)) {
            ensure(9);
        }
        int code = 0;
        for (int length = 1; length <= 16; length++) {
            code = code << 1 | bit();
            if (code << (16 - length) < table.limit[length]) {
                return table.symbols[code + table.delta[length]] & 0xff;
            }
        }
        bit(); // libjpeg's search goes one bit further
        in.damage("a Huffman code before offset " + input.position() + " is not in its table");
        return 0;
    }

    private int bits(int count) {
        ensure(count);
        left -= count;
        return (int) (bits >>> left) & ((1 << count) - 1);
    }

    private int bit() {
        ensure(1);
        left--;
        return (int) (bits >>> left) & 1;
    }

    /** A number of {@code size} bits, at least 1; those that begin with 0 are negative. */
    private int number(int size) {
        int v = bits(size);
        return v < 1 << (size - 1) ? v - (1 << size) + 1 : v;
    }

    private int difference(JpegComponent component) {
        int size = symbol(component.dc);
        return size == 0 ? 0 : number(size);
    }

    private int place(int k, int last) {
        if (k > last) {
            in.damage("a block before offset " + input.position() + " has too many coefficients");
        }
        return ORDER[k];
    }

    /**
     * One block of a sequential scan.
     *
     * @param block receives quantized coefficients in natural order from {@code offset} on; places without one keep what they
     *     have
     * @return what AC coefficients there are: 0 when there is none, 1 when all lie in the first row, else more
     */
    int block(JpegComponent component, short[] block, int offset) {
        component.prediction += difference(component);
        block[offset] = (short) component.prediction;
        HuffmanTable ac = component.ac;
        int any = 0;
        for (int k = 1; k < 64; k++) {
            int symbol = symbol(ac);
            int size = symbol & 15;
            int run = symbol >> 4;
            if (size == 0) {
                if (run != 15) {
                    break;
                }
                k += 15;
                continue;
            }
            k += run;
            int at = place(k, 63);
            block[offset + at] = (short) number(size);
            any |= at < 8 ? 1 : 2;
        }
        return any;
    }

    void dcFirst(JpegComponent component, short[] coefficients, int offset, int low) {
        try {
            component.prediction = Math.addExact(component.prediction, difference(component));
        } catch (ArithmeticException e) {
            throw in.malformed("the sum of DC differences before offset " + input.position() + " overflows");
        }
        coefficients[offset] = (short) (component.prediction << low);
    }

    void dcRefine(short[] coefficients, int offset, int low) {
        if (bit() != 0) {
            coefficients[offset] |= (short) (1 << low);
        }
    }

    /** Blocks that can be passed over, at most {@code most}. */
    int skipEndOfBand(int most) {
        int skipped = Math.min(endOfBandRun, most);
        endOfBandRun -= skipped;
        return skipped;
    }

    void acFirst(JpegComponent component, int index, int from, int to, int low) {
        short[] coefficients = component.coefficients;
        for (int k = from; k <= to; k++) {
            int symbol = symbol(component.ac);
            int size = symbol & 15;
            int run = symbol >> 4;
            if (size == 0) {
                if (run == 15) {
                    k += 15;
                    continue;
                }
                endOfBandRun = runLength(run) - 1;
                return;
            }
            k += run;
            coefficients[64 * index + place(k, to)] = (short) (number(size) << low);
            component.reach(index, k);
        }
    }

    /** Number of blocks that end here, from the 0 to 14 bits after an end-of-band symbol. */
    private int runLength(int size) {
        return (1 << size) + (size == 0 ? 0 : bits(size));
    }

    void acRefine(JpegComponent component, int index, int from, int to, int low) {
        short[] coefficients = component.coefficients;
        int offset = 64 * index;
        int k = from;
        if (endOfBandRun == 0) {
            for (; k <= to; k++) {
                int symbol = symbol(component.ac);
                int size = symbol & 15;
                int run = symbol >> 4;
                int value = 0;
                if (size != 0) {
                    if (size != 1) {
                        in.damage("a refinement of " + size + " bits before offset " + input.position());
                    }
                    value = bit() != 0 ? 1 << low : -1 << low;
                } else if (run != 15) {
                    endOfBandRun = runLength(run);
                    break;
                }
                for (; k <= to; k++) {
                    int at = offset + ORDER[k];
                    if (coefficients[at] != 0) {
                        refine(coefficients, at, low);
                    } else if (run-- == 0) {
                        break;
                    }
                }
                if (value != 0) {
                    coefficients[offset + place(k, to)] = (short) value;
                    component.reach(index, k);
                }
            }
        }
        if (endOfBandRun > 0) {
            int last = Math.min(to, component.reach[index]);
            for (; k <= last; k++) {
                int at = offset + ORDER[k];
                if (coefficients[at] != 0) {
                    refine(coefficients, at, low);
                }
            }
            endOfBandRun--;
        }
    }

    private void refine(short[] coefficients, int at, int low) {
        if (bit() != 0 && (coefficients[at] & 1 << low) == 0) {
            coefficients[at] += (short) (coefficients[at] >= 0 ? 1 << low : -1 << low);
        }
    }

    /** Drops the rest of the byte and goes behind the restart marker that should follow. */
    void restart(int expected) {
        left = 0;
        bits = 0;
        endOfBandRun = 0;
        input.restart(expected);
        if (input.marker() == 0) {
            exhausted = false;
        }
    }
}
