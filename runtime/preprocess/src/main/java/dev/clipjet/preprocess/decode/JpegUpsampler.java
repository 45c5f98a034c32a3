package dev.clipjet.preprocess.decode;

/**
 * One component at the size of the image, row by row, as libjpeg-turbo's "fancy" upsampling: triangle filters for a
 * factor of two, repetition for other factors.
 */
final class JpegUpsampler {

    private enum Method {
        SAME,
        ACROSS,
        DOWN,
        BOTH,
        REPEAT
    }

    private final JpegComponent component;
    private final int repeatX;
    private final int repeatY;
    private final Method method;
    private final int[] sums;

    private JpegUpsampler(JpegComponent component, int repeatX, int repeatY, Method method) {
        this.component = component;
        this.repeatX = repeatX;
        this.repeatY = repeatY;
        this.method = method;
        this.sums = new int[method == Method.BOTH ? component.width : 0];
    }

    static JpegUpsampler of(JpegComponent component, int maxH, int maxV) {
        int x = maxH / component.h;
        int y = maxV / component.v;
        Method method = Method.REPEAT;
        if (x == 1 && y == 1) {
            method = Method.SAME;
        } else if (x == 2 && y == 1 && component.width > 2) {
            method = Method.ACROSS;
        } else if (x == 1 && y == 2) {
            method = Method.DOWN;
        } else if (x == 2 && y == 2 && component.width > 2) {
            method = Method.BOTH;
        }
        return new JpegUpsampler(component, x, y, method);
    }

    /** Row {@code y} of the image. */
    void row(int y, byte[] out) {
        int stride = component.stride();
        int source = y / repeatY;
        // The neighbor that shares the smaller weight: above for even rows, below for odd ones.
        int neighbor = (y & 1) == 0 ? Math.max(source - 1, 0) : Math.min(source + 1, component.height - 1);
        byte[] samples = component.samples;
        switch (method) {
            case SAME -> System.arraycopy(samples, y * stride, out, 0, component.width);
            case ACROSS -> across(samples, source * stride, out);
            case DOWN -> {
                int bias = (y & 1) == 0 ? 1 : 2;
                int near = source * stride;
                int far = neighbor * stride;
                for (int x = 0; x < component.width; x++) {
                    out[x] = (byte) (((samples[near + x] & 0xff) * 3 + (samples[far + x] & 0xff) + bias) >> 2);
                }
            }
            case BOTH -> both(samples, source * stride, neighbor * stride, out);
            case REPEAT -> {
                int in = source * stride;
                int width = Math.min(component.width, (out.length + repeatX - 1) / repeatX);
                for (int x = 0; x < width; x++) {
                    for (int r = x * repeatX; r < Math.min((x + 1) * repeatX, out.length); r++) {
                        out[r] = samples[in + x];
                    }
                }
            }
        }
    }

    private void across(byte[] samples, int in, byte[] out) {
        int last = component.width - 1;
        int before = samples[in] & 0xff;
        int here = before;
        for (int x = 0; x <= last; x++) {
            int after = x < last ? samples[in + x + 1] & 0xff : here;
            out[2 * x] = (byte) ((here * 3 + before + 1) >> 2);
            out[2 * x + 1] = (byte) ((here * 3 + after + 2) >> 2);
            before = here;
            here = after;
        }
    }

    private void both(byte[] samples, int near, int far, byte[] out) {
        int width = component.width;
        for (int x = 0; x < width; x++) {
            sums[x] = (samples[near + x] & 0xff) * 3 + (samples[far + x] & 0xff);
        }
        int before = sums[0];
        int here = before;
        for (int x = 0; x < width; x++) {
            int after = x < width - 1 ? sums[x + 1] : here;
            out[2 * x] = (byte) ((here * 3 + before + 8) >> 4);
            out[2 * x + 1] = (byte) ((here * 3 + after + 7) >> 4);
            before = here;
            here = after;
        }
    }
}
