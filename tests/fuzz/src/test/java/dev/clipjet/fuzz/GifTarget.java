package dev.clipjet.fuzz;

/** The input is a GIF file; its first bytes are put right. */
public final class GifTarget {
    private GifTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        ImageTarget.decode(input, 'G', 'I', 'F', '8');
    }
}
