package dev.clipjet.fuzz;

/** The input is a BMP file; its first bytes are put right. */
public final class BmpTarget {
    private BmpTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        ImageTarget.decode(input, 'B', 'M');
    }
}
