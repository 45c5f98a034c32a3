package dev.clipjet.preprocess;

import dev.clipjet.error.InvalidInputException;

/**
 * A photo after resize, crop and conversion to RGB, before the conversion to float.
 *
 * @param width in pixels
 * @param height in pixels
 * @param rgb {@code uint8 [height, width, 3]}
 */
@SuppressWarnings("ArrayRecordComponent") // a view of pixels, compared by nobody
public record PreprocessedImage(int width, int height, byte[] rgb) {
    public PreprocessedImage {
        if (width <= 0 || height <= 0 || rgb.length != 3L * width * height) {
            throw new InvalidInputException("an RGB image of " + width + "x" + height + " pixels has "
                    + 3L * width * height + " bytes, got " + rgb.length);
        }
    }
}
