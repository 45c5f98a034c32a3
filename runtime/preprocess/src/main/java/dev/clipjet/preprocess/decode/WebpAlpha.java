package dev.clipjet.preprocess.decode;

/** The alpha plane that goes with a lossy WebP image. */
final class WebpAlpha {

    private WebpAlpha() {}

    /** @return {@code uint8 [height, width]} */
    static byte[] decode(ImageBytes in, int from, int to, int width, int height) {
        if (from >= to) {
            throw in.truncated("the alpha plane is empty");
        }
        int header = in.u8(from);
        int compression = header & 3;
        int filter = header >> 2 & 3;
        if (header >> 4 > 1) {
            throw in.malformed("the alpha plane has unknown bits, 0x" + Integer.toHexString(header));
        }
        in.checkMemory((long) width * height, (long) width * height);
        byte[] alpha = new byte[width * height];
        if (compression == 0) {
            if (to - from - 1 < alpha.length) {
                throw in.truncated("the alpha plane has " + (to - from - 1) + " of " + alpha.length + " bytes");
            }
            System.arraycopy(in.data(), from + 1, alpha, 0, alpha.length);
        } else if (compression == 1) {
            Vp8lDecoder.ofAlpha(in, from + 1, to, width, height).greenInto(alpha);
        } else {
            throw in.malformed("alpha compression " + compression + " does not exist");
        }
        switch (filter) {
            case 1 -> horizontal(alpha, width, height);
            case 2 -> vertical(alpha, width);
            case 3 -> gradient(alpha, width);
            default -> {}
        }
        return alpha;
    }

    private static void horizontal(byte[] a, int width, int height) {
        for (int y = 0; y < height; y++) {
            if (y > 0) {
                a[y * width] += a[(y - 1) * width];
            }
            for (int i = y * width + 1; i < (y + 1) * width; i++) {
                a[i] += a[i - 1];
            }
        }
    }

    private static void vertical(byte[] a, int width) {
        for (int i = 1; i < width; i++) {
            a[i] += a[i - 1];
        }
        for (int i = width; i < a.length; i++) {
            a[i] += a[i - width];
        }
    }

    private static void gradient(byte[] a, int width) {
        for (int i = 1; i < width; i++) {
            a[i] += a[i - 1];
        }
        for (int row = width; row < a.length; row += width) {
            a[row] += a[row - width];
            for (int i = row + 1; i < row + width; i++) {
                int p = (a[i - 1] & 0xff) + (a[i - width] & 0xff) - (a[i - width - 1] & 0xff);
                a[i] += (byte) Math.max(0, Math.min(p, 255));
            }
        }
    }
}
