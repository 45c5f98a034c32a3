package dev.clipjet.kernels.cpu;

/** Images as preprocessing gives them: one plane per channel. */
final class Planes {
    private Planes() {}

    /** Copies row {@code y} of an image to [width, channels], from {@code offset} on. */
    static void interleave(float[] planes, ConvolutionShape shape, int image, int y, float[] target, int offset) {
        int channels = shape.inChannels();
        int width = shape.width();
        for (int channel = 0; channel < channels; channel++) {
            int from = ((image * channels + channel) * shape.height() + y) * width;
            for (int x = 0; x < width; x++) {
                target[offset + x * channels + channel] = planes[from + x];
            }
        }
    }
}
