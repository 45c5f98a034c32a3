package dev.clipjet.fuzz;

/** The input is a WebP file; its first bytes are put right. */
public final class WebpTarget {
    private WebpTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        ImageTarget.decode(input, 'R', 'I', 'F', 'F', -1, -1, -1, -1, 'W', 'E', 'B', 'P');
    }
}
