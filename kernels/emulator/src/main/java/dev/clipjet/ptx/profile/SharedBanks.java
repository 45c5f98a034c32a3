package dev.clipjet.ptx.profile;

/**
 * Wavefronts of shared memory: 32 banks of 4 bytes, each of which gives one word at a time. Lanes that want the same word share it.
 * Accesses of 8 bytes go by half warps, those of 16 bytes by quarter warps, and so do the rows of {@code ldmatrix}.
 */
public final class SharedBanks {
    private SharedBanks() {}

    /**
     * Wavefronts of an access.
     *
     * @param offset each lane's offset in shared memory
     * @param mask lanes that take part
     * @param bytes bytes of each lane, 1 to 16
     * @param matrix whether the lanes give the rows of matrices, whose groups never merge
     */
    public static int wavefronts(int[] offset, int mask, int bytes, boolean matrix) {
        if (bytes <= 4) {
            return group(offset, mask, 1);
        }
        int words = bytes / 4;
        int lanes = 128 / bytes;
        if (!matrix && paired(offset, mask)) {
            // Pairs of lanes with the same address let two groups go together.
            lanes *= 2;
        }
        int sum = 0;
        for (int first = 0; first < 32; first += lanes) {
            int part = lanes >= 32 ? mask : mask & ((1 << lanes) - 1) << first;
            sum += part == 0 ? 0 : group(offset, part, words);
        }
        return sum;
    }

    /** Wavefronts of the same lanes without conflicts. */
    public static int ideal(int mask, int bytes) {
        if (bytes <= 4) {
            return mask == 0 ? 0 : 1;
        }
        int lanes = 128 / bytes;
        int sum = 0;
        for (int first = 0; first < 32; first += lanes) {
            sum += (mask & (lanes >= 32 ? -1 : ((1 << lanes) - 1) << first)) != 0 ? 1 : 0;
        }
        return sum;
    }

    private static boolean paired(int[] offset, int mask) {
        return equalAcross(offset, mask, 1) || equalAcross(offset, mask, 2);
    }

    private static boolean equalAcross(int[] offset, int mask, int distance) {
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            int other = lane ^ distance;
            if ((mask >>> other & 1) == 0 || offset[lane] != offset[other]) {
                return false;
            }
        }
        return true;
    }

    /** The most distinct words that one bank must give to a group. */
    private static int group(int[] offset, int mask, int words) {
        int most = 1;
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            for (int w = 0; w < words; w++) {
                int word = (offset[lane] >>> 2) + w;
                most = Math.max(most, sameBank(offset, mask, words, lane, word));
            }
        }
        return most;
    }

    /** Distinct words in a word's bank among lanes up to one. */
    private static int sameBank(int[] offset, int mask, int words, int upTo, int word) {
        int distinct = 1;
        for (int left = mask & (upTo == 31 ? Integer.MAX_VALUE : (1 << upTo) - 1); left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            int first = offset[lane] >>> 2;
            int other = first + (word - first & 31);
            if (other < first + words && other != word && isFirst(offset, mask, words, lane, other)) {
                distinct++;
            } else if (other < first + words && other == word) {
                return 1;
            }
        }
        return distinct;
    }

    private static boolean isFirst(int[] offset, int mask, int words, int lane, int word) {
        for (int left = mask & (1 << lane) - 1; left != 0; left &= left - 1) {
            int first = offset[Integer.numberOfTrailingZeros(left)] >>> 2;
            if (first <= word && word < first + words) {
                return false;
            }
        }
        return true;
    }
}
