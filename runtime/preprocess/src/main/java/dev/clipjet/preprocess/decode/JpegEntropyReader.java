package dev.clipjet.preprocess.decode;

/**
 * Huffman-coded data of one JPEG scan. Past the end of the data, or at a marker, it delivers zeros and counts them, so
 * that the inner loops need no checks; {@link #checkNotExhausted} tells whether any were used.
 */
final class JpegEntropyReader {

    private final ImageBytes in;
    private final byte[] data;
    private int position;
    private long bits;
    private int bitCount;
    private int phantomBits;

    /** Blocks of a progressive scan that are still known to be at their end. */
    private int endOfBandRun;

    JpegEntropyReader(ImageBytes in, int position) {
        this.in = in;
        this.data = in.data();
        this.position = position;
    }

    /** Offset of the marker that ended the data, or of the end of the file. */
    int position() {
        return position;
    }

    /** At least 32 bits, of which some may be phantoms. */
    private void fill() {
        while (bitCount <= 56) {
            int b = 0;
            if (position < data.length) {
                b = data[position] & 0xff;
                if (b == 0xff) {
                    int next = position + 1 < data.length ? data[position + 1] : 0xd9;
                    if (next == 0) {
                        position += 2;
                    } else {
                        b = 0;
                        phantomBits += 8;
                    }
                } else {
                    position++;
                }
            } else {
                phantomBits += 8;
            }
            bits = bits << 8 | b;
            bitCount += 8;
        }
    }

    /** Fails when bits were used that the file does not have. */
    void checkNotExhausted(int row, int rows) {
        if (phantomBits > bitCount) {
            String where = "the scan data ends in row " + row + " of " + rows + " rows of blocks";
            throw position >= data.length ? in.truncated(where) : in.malformed(where + ", at a marker");
        }
    }

    private int symbol(HuffmanTable table) {
        if (bitCount < 32) {
            fill();
        }
        int look =
                table.look[(int) (bits >>> (bitCount - HuffmanTable.LOOK_BITS)) & ((1 << HuffmanTable.LOOK_BITS) - 1)];
        if (look != 0) {
            bitCount -= look >> 8;
            return look & 0xff;
        }
        return longSymbol(table);
    }

    private int longSymbol(HuffmanTable table) {
        int next = (int) (bits >>> (bitCount - 16)) & 0xffff;
        int length = 1;
        while (next >= table.limit[length]) {
            length++;
        }
        if (length > 16) {
            if (phantomBits > 0) {
                throw in.truncated("the scan data ends at offset " + position);
            }
            throw in.malformed("a Huffman code before offset " + position + " is not in its table");
        }
        bitCount -= length;
        return table.symbols[(next >> (16 - length)) + table.delta[length]] & 0xff;
    }

    /** Bits of a number whose symbol was just read, so that they are in the buffer. */
    private int extend(int size) {
        bitCount -= size;
        int v = (int) (bits >>> bitCount) & ((1 << size) - 1);
        return v < 1 << (size - 1) ? v - (1 << size) + 1 : v;
    }

    private int bit() {
        if (bitCount < 1) {
            fill();
        }
        bitCount--;
        return (int) (bits >>> bitCount) & 1;
    }

    private int difference(JpegComponent component) {
        int size = symbol(component.dc);
        if (size > 15) {
            throw in.malformed("a DC difference of " + size + " bits before offset " + position);
        }
        return size == 0 ? 0 : extend(size);
    }

    /**
     * One block of a sequential scan.
     *
     * @param quant factors in natural order, or null to leave the coefficients quantized
     * @param block receives 64 coefficients in natural order; must be zero
     * @return zigzag index of the last coefficient that was stored
     */
    int block(JpegComponent component, int[] quant, int[] block) {
        component.prediction += difference(component);
        block[0] = (short) component.prediction * (quant == null ? 1 : quant[0]);
        HuffmanTable ac = component.ac;
        int last = 0;
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
            int value = extend(size);
            if (k > 63) {
                throw in.malformed("a block before offset " + position + " has more than 64 coefficients");
            }
            int at = JpegDecoder.NATURAL_ORDER[k];
            block[at] = quant == null ? value : value * quant[at];
            last = k;
        }
        return last;
    }

    void dcFirst(JpegComponent component, short[] coefficients, int offset, int low) {
        component.prediction += difference(component);
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

    void acFirst(HuffmanTable ac, short[] coefficients, int offset, int from, int to, int low) {
        for (int k = from; k <= to; k++) {
            int symbol = symbol(ac);
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
            int value = extend(size);
            if (k > to) {
                throw in.malformed("a block before offset " + position + " has coefficients beyond its band");
            }
            coefficients[offset + JpegDecoder.NATURAL_ORDER[k]] = (short) (value << low);
        }
    }

    /** Number of blocks that end here, from the 0 to 14 bits after an end-of-band symbol. */
    private int runLength(int size) {
        bitCount -= size;
        return (1 << size) + ((int) (bits >>> bitCount) & ((1 << size) - 1));
    }

    void acRefine(HuffmanTable ac, short[] coefficients, int offset, int from, int to, int low) {
        int k = from;
        if (endOfBandRun == 0) {
            for (; k <= to; k++) {
                int symbol = symbol(ac);
                int size = symbol & 15;
                int run = symbol >> 4;
                int value = 0;
                if (size != 0) {
                    if (size != 1) {
                        throw in.malformed("a refinement of " + size + " bits before offset " + position);
                    }
                    value = bit() != 0 ? 1 << low : -1 << low;
                } else if (run != 15) {
                    endOfBandRun = runLength(run);
                    break;
                }
                for (; k <= to; k++) {
                    int at = offset + JpegDecoder.NATURAL_ORDER[k];
                    if (coefficients[at] != 0) {
                        refine(coefficients, at, low);
                    } else if (run-- == 0) {
                        break;
                    }
                }
                if (value != 0 && k <= to) {
                    coefficients[offset + JpegDecoder.NATURAL_ORDER[k]] = (short) value;
                }
            }
        }
        if (endOfBandRun > 0) {
            for (; k <= to; k++) {
                int at = offset + JpegDecoder.NATURAL_ORDER[k];
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

    /** Drops the rest of the byte and steps over the restart marker that must follow. */
    void restart(int expected) {
        bitCount = 0;
        bits = 0;
        phantomBits = 0;
        endOfBandRun = 0;
        while (position + 1 < data.length
                && ((data[position] & 0xff) != 0xff
                        || data[position + 1] == 0
                        || (data[position + 1] & 0xff) == 0xff)) {
            position++;
        }
        if (position + 1 >= data.length) {
            throw in.truncated("the scan data ends before restart marker " + expected);
        }
        int marker = data[position + 1] & 0xff;
        if (marker != 0xd0 + expected) {
            throw in.malformed("marker 0x" + Integer.toHexString(marker) + " at offset " + position
                    + " instead of restart marker " + expected);
        }
        position += 2;
    }
}
