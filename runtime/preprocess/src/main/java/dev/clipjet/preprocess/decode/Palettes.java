package dev.clipjet.preprocess.decode;

import java.util.Arrays;

/** Palettes of 256 entries, completed as Pillow does: black after the entries of a file, a gray ramp where it has none. */
final class Palettes {

    private Palettes() {}

    /** @param colors RGB triples, at most 256, or null */
    static byte[] rgb(byte[] colors) {
        if (colors != null) {
            return Arrays.copyOf(colors, 768);
        }
        byte[] palette = new byte[768];
        for (int i = 0; i < 256; i++) {
            Arrays.fill(palette, 3 * i, 3 * i + 3, (byte) i);
        }
        return palette;
    }

    /** @param alpha values of the first entries, the rest is opaque; null when there are none */
    static byte[] alpha(byte[] alpha) {
        if (alpha == null || alpha.length == 0) {
            return null;
        }
        byte[] all = new byte[256];
        Arrays.fill(all, (byte) 255);
        System.arraycopy(alpha, 0, all, 0, Math.min(alpha.length, 256));
        return all;
    }

    /** Whether entry {@code i} is gray of level {@code i}, for all entries: such images count as gray. */
    static boolean isGrayRamp(byte[] colors) {
        for (int i = 0; i < colors.length; i++) {
            if ((colors[i] & 0xff) != i / 3) {
                return false;
            }
        }
        return true;
    }
}
