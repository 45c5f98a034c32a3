package dev.clipjet;

import dev.clipjet.preprocess.DecodeMemory;
import dev.clipjet.preprocess.DecodeOptions;
import dev.clipjet.preprocess.DecodedImage;
import dev.clipjet.preprocess.ImageDecoder;
import java.awt.image.BufferedImage;
import java.nio.file.Path;

/** A photo, wherever it comes from. Reading happens when the model asks for the pixels. */
public sealed interface ImageSource {
    /** How errors and reports name it. */
    String name();

    /**
     * Reads and decodes the photo.
     *
     * @param share waits where memory is short, and holds what the photo takes until it is closed
     * @throws dev.clipjet.error.ImageFormatException if that cannot be done
     */
    DecodedImage decode(DecodeOptions options, DecodeMemory.Share share);

    /** A file in a supported format. */
    static ImageSource of(Path file) {
        return new File(file);
    }

    /** The bytes of a file in a supported format; {@code name} appears in errors. */
    static ImageSource of(byte[] encoded, String name) {
        return new Encoded(encoded, name);
    }

    /** An image in memory. */
    static ImageSource of(BufferedImage image) {
        return new InMemory(image);
    }

    /** @see #of(Path) */
    record File(Path path) implements ImageSource {
        @Override
        public String name() {
            return path.toString();
        }

        @Override
        public DecodedImage decode(DecodeOptions options, DecodeMemory.Share share) {
            return ImageDecoder.decode(path, options, share);
        }
    }

    /** @see #of(byte[], String) */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes, compared by nobody
    record Encoded(byte[] bytes, String name) implements ImageSource {
        @Override
        public DecodedImage decode(DecodeOptions options, DecodeMemory.Share share) {
            return ImageDecoder.decode(bytes, name, options, share);
        }
    }

    /** @see #of(BufferedImage) */
    record InMemory(BufferedImage image) implements ImageSource {
        private static final int MAX_BYTES_PER_PIXEL = 4;

        @Override
        public String name() {
            return "image of " + image.getWidth() + "x" + image.getHeight() + " pixels";
        }

        @Override
        public DecodedImage decode(DecodeOptions options, DecodeMemory.Share share) {
            share.take((long) image.getWidth() * image.getHeight() * MAX_BYTES_PER_PIXEL, name());
            return ImageDecoder.of(image);
        }
    }
}
