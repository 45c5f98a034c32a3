package dev.clipjet.preprocess.decode;

import dev.clipjet.preprocess.DecodedImage;
import dev.clipjet.preprocess.PixelMode;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * PNG, every color type and depth, to Pillow's modes. Ancillary chunks are checked as Pillow does, but never inflated. As in
 * Pillow, a wrong checksum of pixel data, a missing end, and pixel data that ends between two rows are forgiven;
 * {@link ImageBytes#damage} notes them.
 */
public final class PngDecoder {

    private static final int GRAY = 0;
    private static final int RGB = 2;
    private static final int PALETTE = 3;
    private static final int GRAY_ALPHA = 4;
    private static final int RGB_ALPHA = 6;

    /** Deflate cannot expand by more than this. */
    private static final long MAX_INFLATION = 1032;

    private static final int[] ADAM7_X = {0, 4, 0, 2, 0, 1, 0};
    private static final int[] ADAM7_Y = {0, 0, 4, 0, 2, 0, 1};
    private static final int[] ADAM7_DX = {8, 8, 4, 4, 2, 2, 1};
    private static final int[] ADAM7_DY = {8, 8, 8, 4, 4, 2, 2};

    private final ImageBytes in;
    private int width;
    private int height;
    private int depth;
    private int colorType;
    private boolean interlaced;

    /** Whether a header has told what the pixels are. */
    private boolean known;

    private boolean animated;
    private long nextFrame;
    private byte[] palette;
    private byte[] transparency;
    private int orientation = 1;

    private PngDecoder(ImageBytes in) {
        this.in = in;
    }

    public static boolean accepts(ImageBytes in) {
        return in.hasAscii(0, "\u0089PNG\r\n\u001a\n");
    }

    public static Decoded decode(ImageBytes in) {
        return new PngDecoder(in).decode();
    }

    private Decoded decode() {
        IdatStream idat = new IdatStream(in);
        readChunks(idat);
        if (width == 0) {
            throw in.truncated("no IHDR chunk");
        }
        if (idat.isEmpty()) {
            throw in.truncated("no IDAT chunk");
        }
        PixelMode mode = mode();
        long rowBytes = rowBytes(width);
        long outBytes = (long) width * height * mode.bytesPerPixel();
        if (rowBytes * height > MAX_INFLATION * (idat.totalBytes() + 16)) {
            throw in.truncated(idat.totalBytes() + " bytes of compressed data cannot hold " + width + "x" + height
                    + " pixels of " + depth * samples() + " bits");
        }
        in.checkMemory(outBytes + 4 * rowBytes + IdatStream.BUFFER, outBytes);
        byte[] pixels = new byte[(int) outBytes];
        try (idat) {
            if (interlaced) {
                for (int pass = 0; pass < 7; pass++) {
                    readPass(idat, pixels, ADAM7_X[pass], ADAM7_Y[pass], ADAM7_DX[pass], ADAM7_DY[pass]);
                }
            } else {
                readPass(idat, pixels, 0, 0, 1, 1);
            }
            idat.checkEnd();
        }
        readRest(idat.end());
        return new Decoded(image(mode, pixels), orientation);
    }

    /** Reads the chunks up to the pixel data and finds the pieces of these. */
    private void readChunks(IdatStream idat) {
        long at = 8;
        while (true) {
            if (at + 8 > in.length()) {
                return;
            }
            int offset = (int) at;
            checkName(offset);
            long length = in.u32be(offset);
            if (in.hasAscii(offset + 4, "IEND")) {
                return;
            }
            // Pixel data before a header that it could belong to are stepped over.
            if (in.hasAscii(offset + 4, "IDAT") && known) {
                findPieces(idat, at);
                return;
            }
            in.need(at + 8, length + 4, "the chunk at offset " + at);
            readChunk(offset, offset + 8, (int) length, false);
            checkCrc(offset, (int) length);
            at += 12 + length;
        }
    }

    /** The chunks of pixel data that follow each other; what comes after another chunk does not count. */
    private void findPieces(IdatStream idat, long first) {
        long at = first;
        while (at + 8 <= in.length() && (in.hasAscii((int) at + 4, "IDAT") || in.hasAscii((int) at + 4, "DDAT"))) {
            long length = in.u32be((int) at);
            int body = (int) at + 8;
            idat.add(body, (int) Math.min(length, in.length() - body));
            if (body + length + 4 > in.length() || !hasCrc((int) at, (int) length)) {
                in.damage("wrong checksum of the pixel data at offset " + at);
            }
            at += 12 + length;
        }
    }

    /** Reads what follows the pixel data, as Pillow does without looking at checksums. */
    private void readRest(long from) {
        long at = from + 4;
        while (at + 8 <= in.length() && isName((int) at + 4)) {
            int offset = (int) at;
            if (in.hasAscii(offset + 4, "IEND") || (animated && in.hasAscii(offset + 4, "fcTL"))) {
                return;
            }
            long length = in.u32be(offset);
            in.need(at + 8, length, "the chunk at offset " + at);
            readChunk(offset, offset + 8, (int) length, true);
            at += 12 + length;
        }
        in.damage("the file ends without an end chunk");
    }

    private boolean isName(int at) {
        for (int i = at; i < at + 4; i++) {
            int c = in.u8(i);
            boolean word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
            if (!word) {
                return false;
            }
        }
        return true;
    }

    private void checkName(int offset) {
        if (!isName(offset + 4)) {
            throw in.malformed("the chunk at offset " + offset + " has no name");
        }
    }

    private void readChunk(int offset, int body, int length, boolean afterPixels) {
        switch (in.ascii(offset + 4, 4)) {
            case "IHDR" -> {
                least(length, 13, "IHDR");
                if (!afterPixels) {
                    readHeader(body);
                }
                if (in.u8(body + 11) != 0) {
                    throw in.malformed("unknown filter method " + in.u8(body + 11));
                }
            }
            case "PLTE" -> {
                if (!afterPixels && known && colorType == PALETTE) {
                    palette = Arrays.copyOfRange(in.data(), body, body + length);
                }
            }
            case "tRNS" -> readTransparency(body, length);
            case "eXIf" -> orientation = ExifOrientation.of(in.data(), body, length);
            case "gAMA" -> least(length, 4, "gAMA");
            case "cHRM" -> least(length, 32, "cHRM");
            case "sRGB" -> least(length, 1, "sRGB");
            case "pHYs" -> least(length, 9, "pHYs");
            case "iCCP" -> checkMethod(body, body + length, "iCCP");
            case "zTXt" -> {
                if (length > 0) {
                    checkMethod(body, body + length, "zTXt");
                }
            }
            case "acTL" -> {
                least(length, 8, "acTL");
                animated = in.u32be(body) > 1;
            }
            case "fcTL" -> readFrameControl(body, length);
            case "fdAT" -> throw in.unsupported("PNG animation without a picture of its own");
            default -> {}
        }
    }

    private void least(int length, int bytes, String chunk) {
        if (length < bytes) {
            throw in.malformed("chunk " + chunk + " has " + length + " bytes, not " + bytes);
        }
    }

    /** The compression method behind a name and its zero. */
    private void checkMethod(int body, int end, String chunk) {
        int at = body;
        while (at < end && in.u8(at) != 0) {
            at++;
        }
        boolean profile = chunk.equals("iCCP");
        if (at + 1 >= end) {
            if (profile) {
                throw in.malformed("chunk iCCP at offset " + (body - 8) + " has no compression method");
            }
            return;
        }
        if (in.u8(at + 1) != 0) {
            throw in.malformed(
                    "unknown compression method " + in.u8(at + 1) + " in chunk " + chunk + " at offset " + (body - 8));
        }
    }

    private void readTransparency(int body, int length) {
        if (!known || colorType == GRAY_ALPHA || colorType == RGB_ALPHA) {
            return;
        }
        if (colorType != PALETTE) {
            least(length, colorType == RGB ? 6 : 2, "tRNS");
        }
        transparency = Arrays.copyOfRange(in.data(), body, body + Math.min(length, 256));
    }

    /** The place of the first frame of an animation, which is the picture itself where it stands before the pixel data. */
    private void readFrameControl(int body, int length) {
        least(length, 26, "fcTL");
        if (in.u32be(body) != nextFrame++) {
            throw in.malformed("the frames of the animation are not in order");
        }
        long w = in.u32be(body + 4);
        long h = in.u32be(body + 8);
        long x = in.u32be(body + 12);
        long y = in.u32be(body + 16);
        if (x + w > width || y + h > height) {
            throw in.malformed("a frame of " + w + "x" + h + " pixels at " + x + "," + y + " reaches outside of the "
                    + width + "x" + height + " of the animation");
        }
        if (w != width || h != height) {
            throw in.unsupported("PNG animation whose first frame does not fill it");
        }
    }

    private boolean hasCrc(int offset, int length) {
        CRC32 crc = new CRC32();
        crc.update(in.data(), offset + 4, length + 4);
        return crc.getValue() == in.u32be(offset + 8 + length);
    }

    private void checkCrc(int offset, int length) {
        if (!hasCrc(offset, length)) {
            throw in.malformed("wrong checksum of chunk " + in.ascii(offset + 4, 4) + " at offset " + offset);
        }
    }

    private void readHeader(int body) {
        long w = in.u32be(body);
        long h = in.u32be(body + 4);
        in.checkPicture(w, h);
        width = (int) w;
        height = (int) h;
        int newDepth = in.u8(body + 8);
        int newType = in.u8(body + 9);
        boolean possible = switch (newType) {
            case GRAY -> newDepth == 1 || newDepth == 2 || newDepth == 4 || newDepth == 8 || newDepth == 16;
            case PALETTE -> newDepth == 1 || newDepth == 2 || newDepth == 4 || newDepth == 8;
            case RGB, GRAY_ALPHA, RGB_ALPHA -> newDepth == 8 || newDepth == 16;
            default -> false;
        };
        if (!possible) {
            throw in.malformed("color type " + newType + " with bit depth " + newDepth + " does not exist");
        }
        depth = newDepth;
        colorType = newType;
        known = true;
        interlaced |= in.u8(body + 12) != 0; // a second header does not take it back
    }

    private int samples() {
        return switch (colorType) {
            case GRAY, PALETTE -> 1;
            case GRAY_ALPHA -> 2;
            case RGB -> 3;
            default -> 4;
        };
    }

    private PixelMode mode() {
        return switch (colorType) {
            case GRAY -> depth == 1 ? PixelMode.BILEVEL : depth == 16 ? PixelMode.I16 : PixelMode.L;
            case PALETTE -> PixelMode.P;
            case GRAY_ALPHA -> depth == 16 ? PixelMode.RGBA : PixelMode.LA;
            case RGB -> PixelMode.RGB;
            default -> PixelMode.RGBA;
        };
    }

    private long rowBytes(int columns) {
        return ((long) columns * samples() * depth + 7) / 8;
    }

    private void readPass(IdatStream idat, byte[] pixels, int x0, int y0, int dx, int dy) {
        int columns = (width - x0 + dx - 1) / dx;
        if (columns <= 0) {
            return;
        }
        int bytes = (int) rowBytes(columns);
        int step = Math.max(samples() * depth / 8, 1);
        byte[] row = new byte[bytes + 1];
        byte[] above = new byte[bytes + 1];
        int pixelBytes = mode().bytesPerPixel();
        byte[] unpacked = dx == 1 ? null : new byte[columns * pixelBytes];
        for (int y = y0; y < height; y += dy) {
            int got = idat.read(row);
            if (got < row.length) {
                if (got == 0 && idat.endsWithLastByte()) {
                    in.damage("the pixel data ends before row " + y + " of " + height);
                    return;
                }
                throw in.truncated("the pixel data ends in row " + y + " of " + height);
            }
            unfilter(row, above, step, y);
            if (unpacked == null) {
                unpack(row, columns, pixels, y * width * pixelBytes);
            } else {
                unpack(row, columns, unpacked, 0);
                scatter(unpacked, pixels, (y * width + x0) * pixelBytes, dx, pixelBytes);
            }
            byte[] swap = above;
            above = row;
            row = swap;
        }
    }

    private static void scatter(byte[] row, byte[] pixels, int offset, int dx, int pixelBytes) {
        int o = offset;
        for (int i = 0; i < row.length; i += pixelBytes, o += dx * pixelBytes) {
            for (int c = 0; c < pixelBytes; c++) {
                pixels[o + c] = row[i + c];
            }
        }
    }

    /** Both arrays start with the filter byte; {@code step} is the distance of a byte to its left neighbour. */
    private void unfilter(byte[] row, byte[] above, int step, int y) {
        int n = row.length;
        switch (row[0]) {
            case 0 -> {}
            case 1 -> {
                for (int i = 1 + step; i < n; i++) {
                    row[i] += row[i - step];
                }
            }
            case 2 -> {
                for (int i = 1; i < n; i++) {
                    row[i] += above[i];
                }
            }
            case 3 -> {
                for (int i = 1; i < n; i++) {
                    int left = i > step ? row[i - step] & 0xff : 0;
                    row[i] += (byte) ((left + (above[i] & 0xff)) >> 1);
                }
            }
            case 4 -> {
                for (int i = 1; i < n; i++) {
                    int left = i > step ? row[i - step] & 0xff : 0;
                    int corner = i > step ? above[i - step] & 0xff : 0;
                    row[i] += (byte) paeth(left, above[i] & 0xff, corner);
                }
            }
            default -> throw in.malformed("row " + y + " has filter type " + (row[0] & 0xff));
        }
    }

    private static int paeth(int left, int up, int corner) {
        int toLeft = Math.abs(up - corner);
        int toUp = Math.abs(left - corner);
        int toCorner = Math.abs(left + up - 2 * corner);
        if (toLeft <= toUp && toLeft <= toCorner) {
            return left;
        }
        return toUp <= toCorner ? up : corner;
    }

    /** One row, after its filter byte, to pixels of the native mode. */
    private void unpack(byte[] row, int columns, byte[] out, int offset) {
        int o = offset;
        if (depth < 8) {
            int scale = colorType == PALETTE ? 1 : 255 / ((1 << depth) - 1);
            int mask = (1 << depth) - 1;
            for (int x = 0; x < columns; x++) {
                int bit = x * depth;
                int v = row[1 + (bit >> 3)] >> (8 - depth - (bit & 7)) & mask;
                out[o++] = (byte) (v * scale);
            }
        } else if (depth == 8) {
            System.arraycopy(row, 1, out, offset, columns * samples());
        } else if (colorType == GRAY) {
            for (int x = 0; x < columns; x++) {
                out[o++] = row[2 + 2 * x];
                out[o++] = row[1 + 2 * x];
            }
        } else if (colorType == GRAY_ALPHA) {
            for (int x = 0; x < columns; x++) {
                byte v = row[1 + 4 * x];
                out[o++] = v;
                out[o++] = v;
                out[o++] = v;
                out[o++] = row[3 + 4 * x];
            }
        } else {
            for (int i = 1; i < row.length; i += 2) {
                out[o++] = row[i];
            }
        }
    }

    private DecodedImage image(PixelMode mode, byte[] pixels) {
        if (mode == PixelMode.P) {
            byte[] colors = palette == null ? new byte[0] : palette;
            if (colors.length > 768) {
                throw in.malformed("the palette has " + colors.length + " bytes, at most 768 are allowed");
            }
            return DecodedImage.ofPalette(width, height, pixels, Palettes.rgb(colors), Palettes.alpha(transparency));
        }
        DecodedImage image = DecodedImage.of(mode, width, height, pixels);
        if (transparency == null) {
            return image;
        }
        if (colorType == GRAY && transparency.length >= 2) {
            return image.withTransparentColor(depth == 1 && key(0) != 0 ? 255 : key(0));
        }
        if (colorType == RGB && transparency.length >= 6) {
            return image.withTransparentColor(key(0), key(2), key(4));
        }
        return image;
    }

    private int key(int at) {
        return (transparency[at] & 0xff) << 8 | (transparency[at + 1] & 0xff);
    }
}
