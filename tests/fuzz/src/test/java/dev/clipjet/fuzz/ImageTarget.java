package dev.clipjet.fuzz;

import dev.clipjet.preprocess.DecodeOptions;
import dev.clipjet.preprocess.ImageDecoder;

/** What the targets of the image formats have in common. */
final class ImageTarget {
    /** Small images, so that most of the time goes into reading and not into pixels. */
    private static final DecodeOptions SMALL =
            DecodeOptions.DEFAULT.withMaxPixels(1 << 16).withMaxBytes(4 << 20).withExifOrientation(true);

    /** What decoding may take, the image turned upright, and tables. */
    private static final long IMAGE_BYTES = 8 << 20;

    private ImageTarget() {}

    static void decode(byte[] file) {
        Bounds.check(file.length, IMAGE_BYTES, 1, () -> ImageDecoder.decode(file, "image", SMALL));
    }

    /** The input behind the first bytes of a format, so that it is taken for that format whatever else it says. */
    static void decode(byte[] input, int... magic) {
        byte[] file = input.length < magic.length ? new byte[magic.length] : input.clone();
        for (int i = 0; i < magic.length; i++) {
            if (magic[i] >= 0) {
                file[i] = (byte) magic[i];
            }
        }
        decode(file);
    }
}
