package dev.clipjet.kernels.gpu;

import java.util.Optional;

/**
 * An RGB image and what becomes of it: a window of the resized image, placed on an output that is filled around it.
 *
 * @param source uint8 [height, width, 3] on the device
 * @param width columns of the source
 * @param height rows of the source
 * @param horizontal the filter of the window's columns, or empty where the width does not change
 * @param vertical the filter of the window's rows, or empty where the height does not change
 * @param left first column of the window in the source, where there is no horizontal filter
 * @param top first row of the window in the source, where there is no vertical filter
 * @param columns columns of the window
 * @param rows rows of the window
 * @param verticalFirst whether the vertical pass comes first
 * @param out uint8 [outHeight, outWidth, 3] on the device
 * @param outWidth columns of the output
 * @param outHeight rows of the output
 * @param padLeft columns of the output before the window
 * @param padTop rows of the output above the window
 * @param fill value around the window, 0 to 255
 */
public record ResizeImage(
        long source,
        int width,
        int height,
        Optional<ResizeAxis> horizontal,
        Optional<ResizeAxis> vertical,
        int left,
        int top,
        int columns,
        int rows,
        boolean verticalFirst,
        long out,
        int outWidth,
        int outHeight,
        int padLeft,
        int padTop,
        int fill) {
    /** Checks that source, window and output fit each other. */
    public ResizeImage {
        LaunchCheck check = LaunchCheck.of("resize")
                .require(source != 0 && out != 0, "an image has no address")
                .positive("width", width)
                .positive("height", height)
                .atMost("bytes of a row", 3L * width, Integer.MAX_VALUE)
                .require(fill >= 0 && fill <= 255, "fill value " + fill + " is not in 0..255");
        axis(check, "columns", columns, horizontal, left, width);
        axis(check, "rows", rows, vertical, top, height);
        placed(check, "columns", columns, padLeft, outWidth);
        placed(check, "rows", rows, padTop, outHeight);
        check.atMost("bytes of a row of the output", 3L * outWidth, Integer.MAX_VALUE);
    }

    private static void axis(
            LaunchCheck check, String what, int count, Optional<ResizeAxis> filter, int from, int source) {
        check.positive(what, count);
        if (filter.isPresent()) {
            check.require(
                    filter.get().size() == count,
                    "a filter of " + filter.get().size() + " positions for " + count + " " + what);
            check.atMost("last sample of a filter of " + what, filter.get().to(), source);
        } else {
            check.require(
                    from >= 0 && from <= source - count,
                    count + " " + what + " from " + from + " on lie outside an image of " + source);
        }
    }

    private static void placed(LaunchCheck check, String what, int count, int padding, int out) {
        check.require(
                padding >= 0 && padding <= out - count,
                count + " " + what + " behind " + padding + " do not fit an output of " + out);
    }

    /** Whether there is an image between two passes. */
    boolean hasTwoPasses() {
        return horizontal.isPresent() && vertical.isPresent();
    }

    /** Rows of the image between the passes. */
    int betweenRows() {
        return verticalFirst
                ? rows
                : vertical.orElseThrow().to() - vertical.orElseThrow().from();
    }

    /** Columns of the image between the passes. */
    int betweenColumns() {
        return verticalFirst
                ? horizontal.orElseThrow().to() - horizontal.orElseThrow().from()
                : columns;
    }

    /** Bytes of a row of the image between the passes. */
    int betweenPitch() {
        return Math.multiplyExact(3, betweenColumns()) + 15 & ~15;
    }

    /** Bytes of the image between the passes; 0 where there is only one. */
    long betweenBytes() {
        return hasTwoPasses() ? (long) betweenPitch() * betweenRows() : 0;
    }
}
