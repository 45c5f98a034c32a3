package dev.clipjet.preprocess.decode;

import dev.clipjet.preprocess.DecodedImage;

/**
 * What a decoder returns.
 *
 * @param image the pixels as stored
 * @param orientation EXIF orientation, 1 when there is none
 */
public record Decoded(DecodedImage image, int orientation) {}
