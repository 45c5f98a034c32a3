package dev.clipjet.preprocess;

import dev.clipjet.error.InvalidInputException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * Decoded pixels in their native mode, which some pipelines resize before converting to RGB. Rows run from the top,
 * without padding, channels interleaved: {@code uint8 [height, width, bytesPerPixel]}.
 *
 * <p>The pixel array is shared with whoever made the image and must not change afterwards.
 */
public final class DecodedImage {

    private final int width;
    private final int height;
    private final PixelMode mode;
    private final byte[] pixels;
    private final Transparency transparency;
    private final byte[] palette;
    private final String damage;

    /**
     * Transparency outside of an alpha channel.
     *
     * @param paletteAlpha alpha of each of the 256 palette entries, or null
     * @param key color (one sample for gray, three for RGB) that is transparent, or null
     */
    private record Transparency(byte[] paletteAlpha, int[] key) {
        static final Transparency NONE = new Transparency(null, null);

        boolean present() {
            return paletteAlpha != null || key != null;
        }
    }

    private DecodedImage(
            int width,
            int height,
            PixelMode mode,
            byte[] pixels,
            byte[] palette,
            Transparency transparency,
            String damage) {
        if (width <= 0 || height <= 0) {
            throw new InvalidInputException("an image of " + width + "x" + height + " pixels is empty");
        }
        long bytes = (long) width * height * mode.bytesPerPixel();
        if (pixels.length != bytes) {
            throw new InvalidInputException("a " + mode.label() + " image of " + width + "x" + height + " pixels has "
                    + bytes + " bytes, got " + pixels.length);
        }
        this.width = width;
        this.height = height;
        this.mode = mode;
        this.pixels = pixels;
        this.palette = palette;
        this.transparency = transparency;
        this.damage = damage;
    }

    /** An image of any mode but {@link PixelMode#P}, without a transparent color. */
    public static DecodedImage of(PixelMode mode, int width, int height, byte[] pixels) {
        Objects.requireNonNull(pixels, "pixels");
        if (mode == PixelMode.P) {
            throw new InvalidInputException("a palette image needs a palette");
        }
        return new DecodedImage(width, height, mode, pixels, null, Transparency.NONE, null);
    }

    /** An RGB image: {@code uint8 [height, width, 3]}. */
    public static DecodedImage ofRgb(int width, int height, byte[] rgb) {
        return of(PixelMode.RGB, width, height, rgb);
    }

    /**
     * A palette image.
     *
     * @param palette 256 x RGB
     * @param paletteAlpha 256 values, or null when every entry is opaque
     */
    public static DecodedImage ofPalette(int width, int height, byte[] indices, byte[] palette, byte[] paletteAlpha) {
        if (palette.length != 768 || (paletteAlpha != null && paletteAlpha.length != 256)) {
            throw new InvalidInputException("a palette has 256 entries of 3 bytes");
        }
        Transparency transparency = paletteAlpha == null ? Transparency.NONE : new Transparency(paletteAlpha, null);
        return new DecodedImage(width, height, PixelMode.P, indices, palette, transparency, null);
    }

    /** The same pixels with one transparent color: one sample for gray modes, three for RGB. */
    public DecodedImage withTransparentColor(int... key) {
        if (key.length != (mode == PixelMode.RGB ? 3 : 1)
                || mode == PixelMode.P
                || mode == PixelMode.LA
                || mode == PixelMode.RGBA
                || mode == PixelMode.CMYK) {
            throw new InvalidInputException(
                    "no transparent color of " + key.length + " samples in mode " + mode.label());
        }
        return new DecodedImage(width, height, mode, pixels, null, new Transparency(null, key.clone()), damage);
    }

    /** Other pixels of the same mode, palette and transparency. */
    public DecodedImage withPixels(int newWidth, int newHeight, byte[] newPixels) {
        return new DecodedImage(newWidth, newHeight, mode, newPixels, palette, transparency, damage);
    }

    /** The same image with a note of what was wrong with its file. */
    public DecodedImage withDamage(String problem) {
        return new DecodedImage(width, height, mode, pixels, palette, transparency, problem);
    }

    /** What was wrong with the file, if it was damaged and a picture could be made of it. Not part of equality. */
    public Optional<String> damage() {
        return Optional.ofNullable(damage);
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    public PixelMode mode() {
        return mode;
    }

    /** The samples themselves, not a copy. */
    public byte[] pixels() {
        return pixels;
    }

    /** Whether there is an alpha channel, a transparent palette entry or a transparent color. */
    public boolean hasTransparency() {
        return mode == PixelMode.LA || mode == PixelMode.RGBA || transparency.present();
    }

    /** All pixels as RGB, {@code uint8 [height, width, 3]}; alpha is dropped. */
    public byte[] toRgb() {
        if (mode == PixelMode.RGB) {
            return pixels.clone();
        }
        byte[] rgb = newRgb();
        for (int y = 0; y < height; y++) {
            rgbRow(y, 0, width, rgb, y * width * 3);
        }
        return rgb;
    }

    /** All pixels as RGB with transparency composited on white, {@code uint8 [height, width, 3]}. */
    public byte[] toRgbOnWhite() {
        if (!hasTransparency()) {
            return toRgb();
        }
        byte[] rgb = newRgb();
        for (int y = 0; y < height; y++) {
            rgbOnWhiteRow(y, 0, width, rgb, y * width * 3);
        }
        return rgb;
    }

    private byte[] newRgb() {
        long bytes = 3L * width * height;
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new InvalidInputException(width + "x" + height + " pixels do not fit one array as RGB");
        }
        return new byte[(int) bytes];
    }

    /** Columns {@code from} to {@code to} of row {@code y} as RGB into {@code out}; alpha is dropped. */
    public void rgbRow(int y, int from, int to, byte[] out, int offset) {
        int bytes = mode.bytesPerPixel();
        int in = (y * width + from) * bytes;
        int o = offset;
        switch (mode) {
            case RGB -> System.arraycopy(pixels, in, out, offset, (to - from) * 3);
            case BILEVEL, L, LA -> {
                for (int x = from; x < to; x++, in += bytes, o += 3) {
                    byte v = pixels[in];
                    out[o] = v;
                    out[o + 1] = v;
                    out[o + 2] = v;
                }
            }
            case RGBA -> {
                for (int x = from; x < to; x++, in += 4, o += 3) {
                    out[o] = pixels[in];
                    out[o + 1] = pixels[in + 1];
                    out[o + 2] = pixels[in + 2];
                }
            }
            case P -> {
                for (int x = from; x < to; x++, in++, o += 3) {
                    int entry = (pixels[in] & 0xff) * 3;
                    out[o] = palette[entry];
                    out[o + 1] = palette[entry + 1];
                    out[o + 2] = palette[entry + 2];
                }
            }
            case CMYK -> {
                for (int x = from; x < to; x++, in += 4, o += 3) {
                    int light = 255 - (pixels[in + 3] & 0xff);
                    out[o] = paper(light, pixels[in] & 0xff);
                    out[o + 1] = paper(light, pixels[in + 1] & 0xff);
                    out[o + 2] = paper(light, pixels[in + 2] & 0xff);
                }
            }
            case I16 -> {
                // Pillow clips the high values instead of scaling.
                for (int x = from; x < to; x++, in += 2, o += 3) {
                    byte v = pixels[in + 1] == 0 ? pixels[in] : (byte) 255;
                    out[o] = v;
                    out[o + 1] = v;
                    out[o + 2] = v;
                }
            }
        }
    }

    /** Pillow's CMYK to RGB for one ink: the light that black lets through, less what the ink takes. */
    private static byte paper(int light, int ink) {
        int t = ink * light + 128;
        return (byte) Math.max(light - (((t >> 8) + t) >> 8), 0);
    }

    /** As {@link #rgbRow}, with transparency composited on white as Pillow's {@code alpha_composite} does. */
    public void rgbOnWhiteRow(int y, int from, int to, byte[] out, int offset) {
        rgbRow(y, from, to, out, offset);
        if (!hasTransparency()) {
            return;
        }
        int o = offset;
        for (int x = from; x < to; x++, o += 3) {
            int alpha = alphaAt(y * width + x);
            if (alpha < 255) {
                out[o] = onWhite(out[o] & 0xff, alpha);
                out[o + 1] = onWhite(out[o + 1] & 0xff, alpha);
                out[o + 2] = onWhite(out[o + 2] & 0xff, alpha);
            }
        }
    }

    private int alphaAt(int pixel) {
        return switch (mode) {
            case LA -> pixels[pixel * 2 + 1] & 0xff;
            case RGBA -> pixels[pixel * 4 + 3] & 0xff;
            case P -> transparency.paletteAlpha[pixels[pixel] & 0xff] & 0xff;
            case RGB -> matchesKey(pixel) ? 0 : 255;
            case BILEVEL, L -> (pixels[pixel] & 0xff) == transparency.key[0] ? 0 : 255;
            case I16 ->
                ((pixels[2 * pixel] & 0xff) | (pixels[2 * pixel + 1] & 0xff) << 8) == transparency.key[0] ? 0 : 255;
            case CMYK -> 255;
        };
    }

    private boolean matchesKey(int pixel) {
        int i = pixel * 3;
        int[] key = transparency.key;
        return (pixels[i] & 0xff) == key[0] && (pixels[i + 1] & 0xff) == key[1] && (pixels[i + 2] & 0xff) == key[2];
    }

    /** Pillow's AlphaComposite with an opaque white background: 7 extra bits, division by 255 by shifts. */
    private static byte onWhite(int color, int alpha) {
        int t = color * (alpha << 7) + 255 * ((255 - alpha) << 7) + (0x80 << 7);
        return (byte) ((((t >> 8) + t) >> 8) >> 7);
    }

    /**
     * The image turned upright.
     *
     * @param orientation EXIF orientation; anything but 2 to 8 leaves the image as it is
     */
    public DecodedImage upright(int orientation) {
        if (orientation < 2 || orientation > 8) {
            return this;
        }
        boolean transposed = orientation >= 5;
        int w = transposed ? height : width;
        int h = transposed ? width : height;
        int bytes = mode.bytesPerPixel();
        byte[] turned = new byte[pixels.length];
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                int a = transposed ? y : x;
                int b = transposed ? x : y;
                boolean flipX = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
                boolean flipY = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
                int sx = flipX ? width - 1 - a : a;
                int sy = flipY ? height - 1 - b : b;
                int in = (sy * width + sx) * bytes;
                int o = (y * w + x) * bytes;
                for (int c = 0; c < bytes; c++) {
                    turned[o + c] = pixels[in + c];
                }
            }
        }
        return withPixels(w, h, turned);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DecodedImage image
                && width == image.width
                && height == image.height
                && mode == image.mode
                && Arrays.equals(pixels, image.pixels)
                && Arrays.equals(palette, image.palette)
                && Arrays.equals(transparency.paletteAlpha, image.transparency.paletteAlpha)
                && Arrays.equals(transparency.key, image.transparency.key);
    }

    @Override
    public int hashCode() {
        return Objects.hash(width, height, mode, Arrays.hashCode(pixels));
    }

    @Override
    public String toString() {
        return mode.label() + " " + width + "x" + height;
    }
}
