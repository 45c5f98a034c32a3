package dev.clipjet.graph;

/**
 * The window of a convolution.
 *
 * @param height rows of the filter
 * @param width columns of the filter
 * @param stride pixels from one position to the next, along both axes
 * @param padding pixels of zeros around the input, on all sides
 */
public record Window(int height, int width, int stride, int padding) {
    /** A single pixel. */
    public static final Window POINT = new Window(1, 1, 1, 0);

    /** 3x3 with a border of one pixel. */
    public static Window three(int stride) {
        return new Window(3, 3, stride, 1);
    }

    /** Pixels of the filter. */
    public int area() {
        return height * width;
    }

    /** The map of outputs over a map of inputs. */
    public Axis.FeatureMap over(Axis.FeatureMap in) {
        return new Axis.FeatureMap(
                (in.height() + 2 * padding - height) / stride + 1, (in.width() + 2 * padding - width) / stride + 1);
    }
}
