package dev.clipjet.ptx.profile;

/** Sectors (32 bytes) and lines (128 bytes) that a warp's access to global memory touches. */
public final class Sectors {
    private Sectors() {}

    /**
     * Distinct pieces of memory that lanes touch.
     *
     * @param address each lane's address
     * @param mask lanes that take part
     * @param bytes bytes of each lane
     * @param shift 5 for sectors, 7 for lines
     */
    public static int touched(long[] address, int mask, int bytes, int shift) {
        if (mask == 0) {
            return 0;
        }
        boolean contiguous = mask == -1;
        long start = address[0];
        for (int lane = 1; lane < 32; lane++) {
            contiguous &= address[lane] == start + (long) lane * bytes;
        }
        if (contiguous) {
            return (int) ((start + 32L * bytes - 1 >>> shift) - (start >>> shift)) + 1;
        }
        if (ascending(address, mask)) {
            return ascendingPieces(address, mask, bytes, shift);
        }
        int count = 0;
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            long last = address[lane] + bytes - 1 >>> shift;
            for (long piece = address[lane] >>> shift; piece <= last; piece++) {
                if (!touchedBelow(address, mask, bytes, shift, lane, piece)) {
                    count++;
                }
            }
        }
        return count;
    }

    private static boolean ascending(long[] address, int mask) {
        long before = Long.MIN_VALUE;
        boolean ascending = true;
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            ascending &= address[lane] >= before;
            before = address[lane];
        }
        return ascending;
    }

    private static int ascendingPieces(long[] address, int mask, int bytes, int shift) {
        int count = 0;
        long counted = -1;
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            long last = address[lane] + bytes - 1 >>> shift;
            long first = Math.max(address[lane] >>> shift, counted + 1);
            count += (int) Math.max(0, last - first + 1);
            counted = Math.max(counted, last);
        }
        return count;
    }

    private static boolean touchedBelow(long[] address, int mask, int bytes, int shift, int lane, long piece) {
        for (int left = mask & (1 << lane) - 1; left != 0; left &= left - 1) {
            int other = Integer.numberOfTrailingZeros(left);
            if (address[other] >>> shift <= piece && piece <= address[other] + bytes - 1 >>> shift) {
                return true;
            }
        }
        return false;
    }

    /** Sectors that so many lanes would need if their data lay side by side. */
    public static int ideal(int mask, int bytes) {
        return (Integer.bitCount(mask) * bytes + 31) / 32;
    }
}
