package dev.clipjet.preprocess.decode;

import dev.clipjet.preprocess.DecodedImage;
import dev.clipjet.preprocess.PixelMode;

/**
 * WebP, lossy (VP8), lossless (VP8L), with alpha, to libwebp's pixels. Of an animation, the first frame on its
 * transparent canvas.
 */
public final class WebpDecoder {

    private static final int ALPHA_FLAG = 0x10;
    private static final int ANIMATION_FLAG = 0x02;

    private final ImageBytes in;
    private int end;
    private int canvasWidth;
    private int canvasHeight;
    private boolean extended;
    private int flags;
    private int orientation = 1;

    private WebpDecoder(ImageBytes in) {
        this.in = in;
    }

    public static boolean accepts(ImageBytes in) {
        return in.hasAscii(0, "RIFF") && in.hasAscii(8, "WEBP");
    }

    public static Decoded decode(ImageBytes in) {
        return new WebpDecoder(in).decode();
    }

    private Decoded decode() {
        in.need(0, 20, "the header");
        long riff = in.u32le(4);
        in.need(8, riff, "the RIFF container");
        end = (int) riff + 8;
        int at = 12;
        if (in.hasAscii(12, "VP8X")) {
            in.need(12, 18, "the extended header");
            extended = true;
            flags = in.u8(20);
            canvasWidth = in.u24le(24) + 1;
            canvasHeight = in.u24le(27) + 1;
            in.checkSize(canvasWidth, canvasHeight);
            at = after(12);
        }
        DecodedImage image = null;
        boolean animated = extended && (flags & ANIMATION_FLAG) != 0;
        int alpha = 0;
        while (at + 8 <= end) {
            if (in.hasAscii(at, "EXIF")) {
                int length = length(at);
                // Some writers repeat the JPEG prefix.
                int skip = in.hasAscii(at + 8, "Exif\0\0") ? 6 : 0;
                if (length >= skip) {
                    orientation = ExifOrientation.of(in.data(), at + 8 + skip, length - skip);
                }
            } else if (image == null && animated && in.hasAscii(at, "ANMF")) {
                image = animationFrame(at);
            } else if (image == null && !animated && in.hasAscii(at, "ALPH")) {
                alpha = at;
            } else if (image == null && !animated && (in.hasAscii(at, "VP8 ") || in.hasAscii(at, "VP8L"))) {
                image = frame(at, alpha);
                if (extended && (image.width() != canvasWidth || image.height() != canvasHeight)) {
                    throw in.malformed("the image has " + image.width() + "x" + image.height() + " pixels, its canvas "
                            + canvasWidth + "x" + canvasHeight);
                }
                if (!extended) {
                    break;
                }
            }
            at = after(at);
        }
        if (image == null) {
            throw in.truncated("there is no image data");
        }
        return new Decoded(image, orientation);
    }

    private int length(int chunk) {
        long length = in.u32le(chunk + 4);
        if (chunk + 8 + length > end) {
            throw in.truncated("the chunk at offset " + chunk + " says it has " + length + " bytes");
        }
        return (int) length;
    }

    private int after(int chunk) {
        int length = length(chunk);
        return chunk + 8 + length + (length & 1);
    }

    private DecodedImage frame(int chunk, int alphaChunk) {
        if (in.hasAscii(chunk, "VP8L")) {
            Vp8lDecoder decoder = Vp8lDecoder.ofImage(in, chunk + 8, chunk + 8 + length(chunk));
            return decoder.image();
        }
        boolean hasAlpha = alphaChunk != 0 || (extended && (flags & ALPHA_FLAG) != 0);
        Vp8Decoder decoder = new Vp8Decoder(in, chunk + 8, chunk + 8 + length(chunk), hasAlpha);
        byte[] alpha = null;
        if (alphaChunk != 0) {
            alpha = WebpAlpha.decode(
                    in, alphaChunk + 8, alphaChunk + 8 + length(alphaChunk), decoder.width(), decoder.height());
        }
        return decoder.image(alpha);
    }

    private DecodedImage animationFrame(int chunk) {
        int length = length(chunk);
        if (length < 16) {
            throw in.malformed("the animation frame at offset " + chunk + " has no header");
        }
        int left = 2 * in.u24le(chunk + 8);
        int top = 2 * in.u24le(chunk + 11);
        int width = in.u24le(chunk + 14) + 1;
        int height = in.u24le(chunk + 17) + 1;
        if (left + width > canvasWidth || top + height > canvasHeight) {
            throw in.malformed("an animation frame of " + width + "x" + height + " pixels at " + left + "," + top
                    + " reaches outside its canvas of " + canvasWidth + "x" + canvasHeight);
        }
        int alpha = 0;
        int frameEnd = chunk + 8 + length;
        for (int at = chunk + 24; at + 8 <= frameEnd; at = after(at)) {
            if (in.hasAscii(at, "ALPH")) {
                alpha = at;
            } else if (in.hasAscii(at, "VP8 ") || in.hasAscii(at, "VP8L")) {
                DecodedImage frame = frame(at, alpha);
                if (frame.width() != width || frame.height() != height) {
                    throw in.malformed("an animation frame has " + frame.width() + "x" + frame.height()
                            + " pixels instead of " + width + "x" + height);
                }
                return onCanvas(frame, left, top);
            }
        }
        throw in.truncated("the first animation frame has no image data");
    }

    private DecodedImage onCanvas(DecodedImage frame, int left, int top) {
        PixelMode mode = (flags & ALPHA_FLAG) != 0 ? PixelMode.RGBA : PixelMode.RGB;
        int bytes = mode.bytesPerPixel();
        long size = (long) canvasWidth * canvasHeight * bytes;
        in.checkMemory(size, size);
        byte[] canvas = new byte[(int) size];
        int from = frame.mode().bytesPerPixel();
        for (int y = 0; y < frame.height(); y++) {
            int i = y * frame.width() * from;
            int o = ((top + y) * canvasWidth + left) * bytes;
            for (int x = 0; x < frame.width(); x++, i += from, o += bytes) {
                canvas[o] = frame.pixels()[i];
                canvas[o + 1] = frame.pixels()[i + 1];
                canvas[o + 2] = frame.pixels()[i + 2];
                if (bytes == 4) {
                    canvas[o + 3] = from == 4 ? frame.pixels()[i + 3] : (byte) 255;
                }
            }
        }
        return DecodedImage.of(mode, canvasWidth, canvasHeight, canvas);
    }
}
