package dev.clipjet.preprocess.decode;

import dev.clipjet.preprocess.DecodedImage;
import dev.clipjet.preprocess.PixelMode;
import java.util.Arrays;

/** The first frame of a GIF on its canvas, which is filled with the transparent index, or 0 where there is none. */
public final class GifDecoder {

    private static final int NONE = -1;
    private static final int GRAPHIC_CONTROL = 0xf9;
    private static final int COMMENT = 0xfe;

    private final ImageBytes in;
    private int position;
    private int width;
    private int height;

    /** Colors in force, or null. */
    private byte[] palette;

    private int transparentIndex = NONE;
    private int blockLength;

    private GifDecoder(ImageBytes in) {
        this.in = in;
    }

    public static boolean accepts(ImageBytes in) {
        return in.hasAscii(0, "GIF87a") || in.hasAscii(0, "GIF89a");
    }

    public static Decoded decode(ImageBytes in) {
        return new Decoded(new GifDecoder(in).decode(), 1);
    }

    private DecodedImage decode() {
        in.need(6, 7, "the logical screen descriptor");
        width = in.u16le(6);
        height = in.u16le(8);
        int flags = in.u8(10);
        position = 13;
        if ((flags & 0x80) != 0) {
            palette = readPalette(flags);
        }
        while (true) {
            in.need(position, 1, "the next block");
            int block = in.u8(position++);
            switch (block) {
                case 0x21 -> readExtension();
                case 0x2c -> {
                    return readFrame();
                }
                case 0x3b -> throw in.malformed("there is no frame");
                default -> {} // Pillow steps over stray bytes
            }
        }
    }

    private byte[] readPalette(int flags) {
        int bytes = 3 << ((flags & 7) + 1);
        in.need(position, bytes, "the color table");
        byte[] colors = Arrays.copyOfRange(in.data(), position, position + bytes);
        position += bytes;
        return colors;
    }

    private void readExtension() {
        in.need(position, 1, "an extension");
        int label = in.u8(position++);
        boolean empty = !readBlock();
        if (label == COMMENT) {
            while (!empty && readBlock()) {
                // Its blocks mean nothing.
            }
            return;
        }
        if (label == GRAPHIC_CONTROL && !empty) {
            int length = blockLength;
            boolean transparent = (in.u8(position - length) & 1) != 0;
            if (length < 3 || (transparent && length < 4)) {
                throw in.malformed("a graphic control extension of " + length + " bytes");
            }
            if (transparent) {
                transparentIndex = in.u8(position - length + 3);
            }
        }
        // Pillow looks for further blocks, behind an empty one too.
        while (readBlock()) {
            // They mean nothing.
        }
    }

    /** Steps over a block of an extension; false if it is empty or not there. */
    private boolean readBlock() {
        if (position >= in.length()) {
            return false;
        }
        blockLength = in.u8(position++);
        if (blockLength == 0) {
            return false;
        }
        in.need(position, blockLength, "an extension block");
        position += blockLength;
        return true;
    }

    private DecodedImage readFrame() {
        in.need(position, 10, "the image descriptor");
        int left = in.u16le(position);
        int top = in.u16le(position + 2);
        int frameWidth = in.u16le(position + 4);
        int frameHeight = in.u16le(position + 6);
        int flags = in.u8(position + 8);
        position += 9;
        width = Math.max(width, left + frameWidth);
        height = Math.max(height, top + frameHeight);
        in.checkPicture(width, height);
        in.checkSize(frameWidth, frameHeight);
        if ((flags & 0x80) != 0) {
            palette = readPalette(flags);
        }
        long canvas = (long) width * height;
        in.checkMemory(canvas, canvas);
        in.need(position, 1, "the code size");
        int codeSize = in.u8(position++);
        byte[] pixels = new byte[(int) canvas];
        if (transparentIndex > 0) {
            Arrays.fill(pixels, (byte) transparentIndex);
        }
        readPixels(new GifLzw(in, position, codeSize), pixels, left, top, frameWidth, frameHeight, (flags & 0x40) != 0);
        if (palette == null || Palettes.isGrayRamp(palette)) {
            DecodedImage gray = DecodedImage.of(PixelMode.L, width, height, pixels);
            return transparentIndex == NONE ? gray : gray.withTransparentColor(transparentIndex);
        }
        byte[] alpha = null;
        if (transparentIndex != NONE) {
            alpha = new byte[transparentIndex + 1];
            Arrays.fill(alpha, 0, transparentIndex, (byte) 255);
        }
        return DecodedImage.ofPalette(width, height, pixels, Palettes.rgb(palette), Palettes.alpha(alpha));
    }

    private void readPixels(
            GifLzw lzw, byte[] pixels, int left, int top, int frameWidth, int frameHeight, boolean interlaced) {
        int[] starts = interlaced ? new int[] {0, 4, 2, 1} : new int[] {0};
        int[] steps = interlaced ? new int[] {8, 8, 4, 2} : new int[] {1};
        for (int pass = 0; pass < starts.length; pass++) {
            for (int y = starts[pass]; y < frameHeight; y += steps[pass]) {
                if (!lzw.read(pixels, (top + y) * width + left, frameWidth)) {
                    throw in.truncated("the pixel data ends in row " + y + " of " + frameHeight);
                }
            }
        }
    }
}
