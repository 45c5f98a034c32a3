package dev.clipjet.preprocess;

import dev.clipjet.error.InvalidInputException;

/**
 * Limits and choices of decoding.
 *
 * @param maxPixels images with more pixels are refused from their header alone
 * @param maxBytes images are refused whose decoding needs more memory than this
 * @param applyExifOrientation whether to turn the image as its EXIF data says; the original pipelines do not
 * @param sizeCheck refuses images for their size, before their pixels are decoded
 * @param refuseDamaged whether to refuse damaged images of which Pillow makes a picture; else {@link DecodedImage#damage} tells
 *     what is wrong
 */
public record DecodeOptions(
        long maxPixels, long maxBytes, boolean applyExifOrientation, SizeCheck sizeCheck, boolean refuseDamaged) {

    /** Pillow's limit, above which it raises an error. */
    public static final long PILLOW_MAX_PIXELS = 178_956_970;

    /** Pillow's pixel limit, half of the heap, no rotation, damaged images as Pillow reads them. */
    public static final DecodeOptions DEFAULT = new DecodeOptions(
            PILLOW_MAX_PIXELS, Runtime.getRuntime().maxMemory() / 2, false, (width, height) -> {}, false);

    public DecodeOptions {
        if (maxPixels <= 0 || maxBytes <= 0) {
            throw new InvalidInputException(
                    "decode limits must be positive: " + maxPixels + " pixels, " + maxBytes + " bytes");
        }
    }

    public DecodeOptions withMaxPixels(long pixels) {
        return new DecodeOptions(pixels, maxBytes, applyExifOrientation, sizeCheck, refuseDamaged);
    }

    public DecodeOptions withMaxBytes(long bytes) {
        return new DecodeOptions(maxPixels, bytes, applyExifOrientation, sizeCheck, refuseDamaged);
    }

    public DecodeOptions withExifOrientation(boolean apply) {
        return new DecodeOptions(maxPixels, maxBytes, apply, sizeCheck, refuseDamaged);
    }

    public DecodeOptions withRefuseDamaged(boolean refuse) {
        return new DecodeOptions(maxPixels, maxBytes, applyExifOrientation, sizeCheck, refuse);
    }

    /** @param check throws what it likes about images of a size that cannot be used, as stored and not turned upright */
    public DecodeOptions withSizeCheck(SizeCheck check) {
        return new DecodeOptions(maxPixels, maxBytes, applyExifOrientation, check, refuseDamaged);
    }

    /** Looks at the size of an image that is about to be decoded. */
    @FunctionalInterface
    public interface SizeCheck {
        /** Throws if the image is not wanted. */
        void check(int width, int height);
    }
}
