package dev.clipjet.preprocess.resize;

/**
 * The part of a resized image that is wanted.
 *
 * @param width width of the whole resized image
 * @param height height of the whole resized image
 * @param left first column wanted
 * @param top first row wanted
 * @param right column after the last one wanted
 * @param bottom row after the last one wanted
 */
public record Window(int width, int height, int left, int top, int right, int bottom) {

    public static Window whole(int width, int height) {
        return new Window(width, height, 0, 0, width, height);
    }

    public int columns() {
        return right - left;
    }

    public int rows() {
        return bottom - top;
    }
}
