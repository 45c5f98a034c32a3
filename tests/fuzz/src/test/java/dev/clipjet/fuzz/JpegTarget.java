package dev.clipjet.fuzz;

/** The input is a JPEG file; its first bytes are put right. */
public final class JpegTarget {
    private JpegTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        ImageTarget.decode(input, 0xff, 0xd8);
    }
}
