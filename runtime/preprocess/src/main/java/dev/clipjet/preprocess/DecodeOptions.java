package dev.clipjet.preprocess;

import dev.clipjet.error.InvalidInputException;

/**
 * Limits and choices of decoding.
 *
 * @param maxPixels images with more pixels are refused from their header alone
 * @param maxBytes images are refused whose decoding needs more memory than this
 * @param applyExifOrientation whether to turn the image as its EXIF data says; the original pipelines do not
 */
public record DecodeOptions(long maxPixels, long maxBytes, boolean applyExifOrientation) {

    /** Pillow's limit, above which it raises an error. */
    public static final long PILLOW_MAX_PIXELS = 178_956_970;

    /** Pillow's pixel limit, half of the heap, no rotation. */
    public static final DecodeOptions DEFAULT =
            new DecodeOptions(PILLOW_MAX_PIXELS, Runtime.getRuntime().maxMemory() / 2, false);

    public DecodeOptions {
        if (maxPixels <= 0 || maxBytes <= 0) {
            throw new InvalidInputException(
                    "decode limits must be positive: " + maxPixels + " pixels, " + maxBytes + " bytes");
        }
    }

    public DecodeOptions withMaxPixels(long pixels) {
        return new DecodeOptions(pixels, maxBytes, applyExifOrientation);
    }

    public DecodeOptions withMaxBytes(long bytes) {
        return new DecodeOptions(maxPixels, bytes, applyExifOrientation);
    }

    public DecodeOptions withExifOrientation(boolean apply) {
        return new DecodeOptions(maxPixels, maxBytes, apply);
    }
}
