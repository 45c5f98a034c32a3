package dev.clipjet.preprocess.decode;

/** A prefix code of VP8L: a look-up by the next bits, and canonical decoding bit by bit for longer codes. */
final class Vp8lCode {

    private static final int LOOK_BITS = 8;
    private static final int MAX_LENGTH = 15;

    private final int lookBits;

    /** {@code length << 16 | symbol} by the next bits; 0 for longer codes. */
    private final int[] look;

    private final int[] firstCode;
    private final int[] firstIndex;
    private final short[] symbols;

    private Vp8lCode(int lookBits, short[] symbols) {
        this.lookBits = lookBits;
        this.look = new int[1 << lookBits];
        this.symbols = symbols;
        // A single symbol needs neither.
        this.firstCode = new int[lookBits == 0 ? 0 : MAX_LENGTH + 2];
        this.firstIndex = new int[lookBits == 0 ? 0 : MAX_LENGTH + 2];
    }

    /** Memory that the tables take, about. */
    long bytes() {
        return 100 + 4L * (look.length + firstCode.length + firstIndex.length) + 2L * symbols.length;
    }

    /** @return null when the lengths are no complete prefix code */
    static Vp8lCode of(int[] lengths) {
        int[] counts = new int[MAX_LENGTH + 1];
        int used = 0;
        int longest = 0;
        for (int length : lengths) {
            if (length > 0) {
                counts[length]++;
                used++;
                longest = Math.max(longest, length);
            }
        }
        if (used == 0) {
            return null;
        }
        short[] sorted = new short[used];
        if (used == 1) {
            Vp8lCode single = new Vp8lCode(0, sorted);
            for (int s = 0; s < lengths.length; s++) {
                if (lengths[s] > 0) {
                    single.look[0] = s;
                }
            }
            return single;
        }
        Vp8lCode code = new Vp8lCode(Math.min(longest, LOOK_BITS), sorted);
        int next = 0;
        int index = 0;
        for (int length = 1; length <= MAX_LENGTH; length++) {
            next <<= 1;
            code.firstCode[length] = next;
            code.firstIndex[length] = index;
            next += counts[length];
            index += counts[length];
            if (next > 1 << length) {
                return null;
            }
        }
        code.firstIndex[MAX_LENGTH + 1] = index;
        if (next != 1 << MAX_LENGTH) {
            return null;
        }
        int[] at = code.firstIndex.clone();
        for (int s = 0; s < lengths.length; s++) {
            int length = lengths[s];
            if (length > 0) {
                int i = at[length]++;
                sorted[i] = (short) s;
                if (length <= code.lookBits) {
                    int reversed =
                            Integer.reverse(code.firstCode[length] + i - code.firstIndex[length]) >>> (32 - length);
                    for (int k = reversed; k < code.look.length; k += 1 << length) {
                        code.look[k] = length << 16 | s;
                    }
                }
            }
        }
        return code;
    }

    int read(Vp8lBits bits) {
        int ahead = bits.peek();
        int entry = look[ahead & (look.length - 1)];
        if (entry != 0 || lookBits == 0) {
            bits.skip(entry >> 16);
            return entry & 0xffff;
        }
        int code = Integer.reverse(ahead) >>> (32 - lookBits);
        int length = lookBits;
        int index;
        do {
            code = code << 1 | (ahead >>> length & 1);
            length++;
            index = code - firstCode[length] + firstIndex[length];
        } while (index >= firstIndex[length + 1]);
        bits.skip(length);
        return symbols[index] & 0xffff;
    }
}
