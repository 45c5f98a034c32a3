package dev.clipjet.preprocess.decode;

import dev.clipjet.preprocess.DecodedImage;
import dev.clipjet.preprocess.PixelMode;

/**
 * WebP, lossy (VP8), lossless (VP8L), with alpha, to libwebp's pixels. Of an animation, the first frame on its
 * transparent canvas.
 */
public final class WebpDecoder {

    private static final int CHUNK_HEADER = 8;

    private final ImageBytes in;

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
        WebpContainer container = WebpContainer.of(in);
        boolean wantsAlpha = container.hasAlpha();
        DecodedImage image = frame(container.frame(), wantsAlpha && !container.isAnimation());
        if (container.isAnimation()) {
            image = onCanvas(container, image);
        }
        return new Decoded(image, container.orientation());
    }

    private DecodedImage frame(WebpContainer.Frame frame, boolean wantsAlpha) {
        int body = frame.chunk() + CHUNK_HEADER;
        if (frame.lossless()) {
            return Vp8lDecoder.ofImage(in, body, frame.end()).image();
        }
        boolean hasAlpha = frame.alphaChunk() != 0;
        Vp8Decoder decoder = new Vp8Decoder(in, body, frame.end(), hasAlpha || wantsAlpha);
        byte[] alpha = null;
        if (hasAlpha) {
            alpha = WebpAlpha.decode(
                    in, frame.alphaChunk() + CHUNK_HEADER, frame.alphaEnd(), decoder.width(), decoder.height());
        }
        return decoder.image(alpha);
    }

    private DecodedImage onCanvas(WebpContainer container, DecodedImage frame) {
        PixelMode mode = container.hasAlpha() ? PixelMode.RGBA : PixelMode.RGB;
        int bytes = mode.bytesPerPixel();
        int width = container.canvasWidth();
        int height = container.canvasHeight();
        long size = (long) width * height * bytes;
        in.checkMemory(size, size);
        byte[] canvas = new byte[(int) size];
        int from = frame.mode().bytesPerPixel();
        for (int y = 0; y < frame.height(); y++) {
            int i = y * frame.width() * from;
            int o = ((container.frame().top() + y) * width + container.frame().left()) * bytes;
            for (int x = 0; x < frame.width(); x++, i += from, o += bytes) {
                canvas[o] = frame.pixels()[i];
                canvas[o + 1] = frame.pixels()[i + 1];
                canvas[o + 2] = frame.pixels()[i + 2];
                if (bytes == 4) {
                    canvas[o + 3] = from == 4 ? frame.pixels()[i + 3] : (byte) 255;
                }
            }
        }
        return DecodedImage.of(mode, width, height, canvas);
    }
}
