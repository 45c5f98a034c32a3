package dev.clipjet.fuzz;

/** The input is a TIFF file of either byte order; its first bytes are put right. */
public final class TiffTarget {
    private TiffTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        boolean big = input.length > 0 && input[0] == 'M';
        if (big) {
            ImageTarget.decode(input, 'M', 'M', 0, 42);
        } else {
            ImageTarget.decode(input, 'I', 'I', 42, 0);
        }
    }
}
