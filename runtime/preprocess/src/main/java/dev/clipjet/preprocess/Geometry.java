package dev.clipjet.preprocess;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Resize;
import dev.clipjet.model.PreprocessSpec.ResizeMode;
import dev.clipjet.model.PreprocessSpec.Size;
import dev.clipjet.preprocess.resize.Window;

/**
 * Where the pixels of the result come from.
 *
 * @param window the wanted part of the resized image
 * @param width width of the result
 * @param height height of the result
 * @param padLeft columns of padding before the window
 * @param padTop rows of padding above the window
 */
record Geometry(Window window, int width, int height, int padLeft, int padTop) {

    static Geometry of(PreprocessSpec spec, int width, int height) {
        Size resized =
                spec.resize().map(resize -> resizedTo(resize, width, height)).orElse(new Size(height, width));
        Size result = spec.crop().orElse(resized);
        if (4L * result.width() * result.height() > Integer.MAX_VALUE - 8) {
            throw new InvalidInputException("the result of preprocessing an image of " + width + "x" + height
                    + " pixels would have " + result.width() + "x" + result.height() + " pixels");
        }
        Span x = Span.of(spec.profile(), resized.width(), result.width());
        Span y = Span.of(spec.profile(), resized.height(), result.height());
        Window window = new Window(resized.width(), resized.height(), x.from, y.from, x.to, y.to);
        return new Geometry(window, result.width(), result.height(), x.padding, y.padding);
    }

    boolean padded() {
        return window.columns() < width || window.rows() < height;
    }

    private static Size resizedTo(Resize resize, int width, int height) {
        Size target = resize.size();
        if (resize.mode() == ResizeMode.SQUASH) {
            return target;
        }
        if (resize.mode() == ResizeMode.SHORTEST && target.height() == target.width()) {
            int edge = target.width();
            return width <= height
                    ? new Size(longEdge(edge, height, width), edge)
                    : new Size(edge, longEdge(edge, width, height));
        }
        // open_clip's ResizeKeepRatio; Python's round() is to even.
        double ratioHeight = (double) height / target.height();
        double ratioWidth = (double) width / target.width();
        double ratio = resize.mode() == ResizeMode.LONGEST
                ? Math.max(ratioHeight, ratioWidth)
                : Math.min(ratioHeight, ratioWidth);
        return new Size(
                side(Math.rint(height / ratio), width, height, target),
                side(Math.rint(width / ratio), width, height, target));
    }

    /** {@code int(edge * long / short)} of Python: truncated, with an exact product. */
    private static int longEdge(int edge, int longSide, int shortSide) {
        double side = (double) ((long) edge * longSide) / shortSide;
        return side(side, shortSide, longSide, Size.square(edge));
    }

    private static int side(double side, int width, int height, Size target) {
        if (side < 1) {
            throw new InvalidInputException("an image of " + width + "x" + height
                    + " pixels has a side of 0 pixels when resized to fit " + target.width() + "x" + target.height());
        }
        if (side > Integer.MAX_VALUE) {
            throw new InvalidInputException("an image of " + width + "x" + height
                    + " pixels is too long to be resized to cover " + target.width() + "x" + target.height());
        }
        return (int) side;
    }

    /** One axis: the wanted part of the resized side, and the padding before it. */
    private record Span(int from, int to, int padding) {
        static Span of(PreprocessProfile profile, int side, int wanted) {
            if (wanted >= side) {
                // An odd pixel of padding goes first in the numpy and PIL processors, last in torchvision.
                int missing = wanted - side;
                return new Span(0, side, paddingFirst(profile) ? (missing + 1) / 2 : missing / 2);
            }
            int excess = side - wanted;
            int from = roundsToEven(profile) ? (int) Math.rint(excess / 2.0) : excess / 2;
            return new Span(from, from + wanted, 0);
        }

        private static boolean roundsToEven(PreprocessProfile profile) {
            return profile == PreprocessProfile.OPENAI_PIL || profile == PreprocessProfile.OPEN_CLIP;
        }

        private static boolean paddingFirst(PreprocessProfile profile) {
            return switch (profile) {
                case HF_SLOW, HF_V5_PIL, SIGLIP_SLOW, SIGLIP_V5_PIL -> true;
                case OPENAI_PIL, OPEN_CLIP, HF_FAST, SIGLIP_FAST -> false;
            };
        }
    }
}
