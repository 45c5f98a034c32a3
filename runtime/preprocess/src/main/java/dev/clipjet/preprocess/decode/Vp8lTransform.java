package dev.clipjet.preprocess.decode;

/** A reversible transform of VP8L. Pixels are ARGB. */
sealed interface Vp8lTransform {

    /** Width of the image that is coded, which packing of palette indices makes smaller. */
    int codedWidth();

    /** The image before the transform; may reuse the array. */
    int[] undo(int[] image, int height);

    /** Sum per channel, without carries between them. */
    static int add(int a, int b) {
        return ((a & 0xff00ff00) + (b & 0xff00ff00) & 0xff00ff00) | ((a & 0xff00ff) + (b & 0xff00ff) & 0xff00ff);
    }

    /** Each pixel is the difference to a prediction from its neighbors; the predictor is chosen per tile. */
    @SuppressWarnings("ArrayRecordComponent")
    record Prediction(int codedWidth, int tileBits, int[] tiles) implements Vp8lTransform {

        private static final int BLACK = 0xff000000;

        @Override
        public int[] undo(int[] image, int height) {
            int width = codedWidth;
            image[0] = add(image[0], BLACK);
            for (int x = 1; x < width; x++) {
                image[x] = add(image[x], image[x - 1]);
            }
            int tileColumns = (width + (1 << tileBits) - 1) >> tileBits;
            for (int y = 1; y < height; y++) {
                int row = y * width;
                image[row] = add(image[row], image[row - width]);
                for (int x = 1; x < width; x++) {
                    int mode = tiles[(y >> tileBits) * tileColumns + (x >> tileBits)] >> 8 & 15;
                    int i = row + x;
                    image[i] = add(image[i], predict(mode, image, i, width));
                }
            }
            return image;
        }

        private static int predict(int mode, int[] image, int i, int width) {
            int left = image[i - 1];
            int top = image[i - width];
            int topLeft = image[i - width - 1];
            // To the right of the last column stands the first pixel of this row.
            int topRight = image[i - width + 1];
            return switch (mode) {
                case 1 -> left;
                case 2 -> top;
                case 3 -> topRight;
                case 4 -> topLeft;
                case 5 -> average(average(left, topRight), top);
                case 6 -> average(left, topLeft);
                case 7 -> average(left, top);
                case 8 -> average(topLeft, top);
                case 9 -> average(top, topRight);
                case 10 -> average(average(left, topLeft), average(top, topRight));
                case 11 -> select(top, left, topLeft);
                case 12 -> full(left, top, topLeft);
                case 13 -> half(average(left, top), topLeft);
                default -> BLACK;
            };
        }

        private static int average(int a, int b) {
            return (((a ^ b) & 0xfefefefe) >>> 1) + (a & b);
        }

        private static int select(int top, int left, int topLeft) {
            int balance = 0;
            for (int shift = 0; shift < 32; shift += 8) {
                int corner = topLeft >>> shift & 0xff;
                balance += Math.abs((left >>> shift & 0xff) - corner) - Math.abs((top >>> shift & 0xff) - corner);
            }
            return balance <= 0 ? top : left;
        }

        private static int full(int left, int top, int topLeft) {
            int sum = 0;
            for (int shift = 0; shift < 32; shift += 8) {
                int v = (left >>> shift & 0xff) + (top >>> shift & 0xff) - (topLeft >>> shift & 0xff);
                sum |= clamp(v) << shift;
            }
            return sum;
        }

        private static int half(int mean, int topLeft) {
            int sum = 0;
            for (int shift = 0; shift < 32; shift += 8) {
                int a = mean >>> shift & 0xff;
                sum |= clamp(a + (a - (topLeft >>> shift & 0xff)) / 2) << shift;
            }
            return sum;
        }

        private static int clamp(int v) {
            return Math.max(0, Math.min(v, 255));
        }
    }

    /** Red and blue are differences to multiples of green and red, chosen per tile. */
    @SuppressWarnings("ArrayRecordComponent")
    record CrossColor(int codedWidth, int tileBits, int[] tiles) implements Vp8lTransform {
        @Override
        public int[] undo(int[] image, int height) {
            int tileColumns = (codedWidth + (1 << tileBits) - 1) >> tileBits;
            int i = 0;
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < codedWidth; x++, i++) {
                    int factors = tiles[(y >> tileBits) * tileColumns + (x >> tileBits)];
                    int argb = image[i];
                    int green = (byte) (argb >> 8);
                    int red = (argb >> 16) + ((byte) factors * green >> 5) & 0xff;
                    int blue = argb + ((byte) (factors >> 8) * green >> 5) + ((byte) (factors >> 16) * (byte) red >> 5)
                            & 0xff;
                    image[i] = argb & 0xff00ff00 | red << 16 | blue;
                }
            }
            return image;
        }
    }

    /** Red and blue are differences to green. */
    record AddGreen(int codedWidth) implements Vp8lTransform {
        @Override
        public int[] undo(int[] image, int height) {
            for (int i = 0; i < image.length; i++) {
                int green = image[i] >> 8 & 0xff;
                image[i] = add(image[i], green << 16 | green);
            }
            return image;
        }
    }

    /** Pixels are palette indices in green, {@code 2^packing} of them in one where the palette is small. */
    @SuppressWarnings("ArrayRecordComponent")
    record Palette(int width, int packing, int[] colors) implements Vp8lTransform {
        @Override
        public int codedWidth() {
            return (width + (1 << packing) - 1) >> packing;
        }

        @Override
        public int[] undo(int[] image, int height) {
            int[] out = packing == 0 ? image : new int[width * height];
            int indexBits = 8 >> packing;
            int mask = (1 << indexBits) - 1;
            int coded = codedWidth();
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int packed = image[y * coded + (x >> packing)] >> 8 & 0xff;
                    int index = packed >> (x & (1 << packing) - 1) * indexBits & mask;
                    out[y * width + x] = index < colors.length ? colors[index] : 0;
                }
            }
            return out;
        }
    }
}
