package dev.clipjet.preprocess.decode;

import dev.clipjet.preprocess.DecodedImage;
import dev.clipjet.preprocess.PixelMode;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * PNG, every color type and depth, to Pillow's modes. Ancillary chunks are stepped over, never inflated. As in Pillow,
 * a wrong checksum of pixel data or a missing end is forgiven when all pixels are there.
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
        in.checkMemory(outBytes + 4 * rowBytes, outBytes);
        byte[] pixels = new byte[(int) outBytes];
        try (idat) {
            if (interlaced) {
                for (int pass = 0; pass < 7; pass++) {
                    readPass(idat, pixels, ADAM7_X[pass], ADAM7_Y[pass], ADAM7_DX[pass], ADAM7_DY[pass]);
                }
            } else {
                readPass(idat, pixels, 0, 0, 1, 1);
            }
        }
        return new Decoded(image(mode, pixels), orientation);
    }

    private void readChunks(IdatStream idat) {
        long at = 8;
        while (at + 12 <= in.length()) {
            int offset = (int) at;
            long length = in.u32be(offset);
            if (length > Integer.MAX_VALUE) {
                throw in.malformed("the chunk at offset " + at + " says it has " + length + " bytes");
            }
            int body = offset + 8;
            if (width == 0 && !in.hasAscii(offset + 4, "IHDR")) {
                throw in.malformed("the first chunk is not IHDR");
            }
            boolean complete = body + length + 4 <= in.length();
            if (in.hasAscii(offset + 4, "IDAT")) {
                idat.add(body, (int) Math.min(length, in.length() - body));
            } else if (in.hasAscii(offset + 4, "IEND")) {
                return;
            } else if (!complete) {
                if (idat.isEmpty()) {
                    in.need(body, length + 4, "the chunk at offset " + at);
                }
                return;
            } else {
                readChunk(offset, body, (int) length, idat.isEmpty());
            }
            at += 12 + length;
        }
    }

    private void readChunk(int offset, int body, int length, boolean beforePixels) {
        if (in.hasAscii(offset + 4, "IHDR")) {
            checkCrc(offset, length, "IHDR");
            readHeader(body, length);
        } else if (in.hasAscii(offset + 4, "PLTE") && beforePixels) {
            checkCrc(offset, length, "PLTE");
            if (length > 768) {
                throw in.malformed("the palette has " + length + " bytes, at most 768 are allowed");
            }
            palette = Arrays.copyOfRange(in.data(), body, body + length);
        } else if (in.hasAscii(offset + 4, "tRNS") && beforePixels) {
            checkCrc(offset, length, "tRNS");
            transparency = Arrays.copyOfRange(in.data(), body, body + Math.min(length, 256));
        } else if (in.hasAscii(offset + 4, "eXIf")) {
            orientation = ExifOrientation.of(in.data(), body, length);
        }
    }

    private void checkCrc(int offset, int length, String chunk) {
        CRC32 crc = new CRC32();
        crc.update(in.data(), offset + 4, length + 4);
        if (crc.getValue() != in.u32be(offset + 8 + length)) {
            throw in.malformed("wrong checksum of chunk " + chunk + " at offset " + offset);
        }
    }

    private void readHeader(int body, int length) {
        if (length < 13) {
            throw in.malformed("IHDR has " + length + " bytes, not 13");
        }
        long w = in.u32be(body);
        long h = in.u32be(body + 4);
        in.checkSize(w, h);
        width = (int) w;
        height = (int) h;
        depth = in.u8(body + 8);
        colorType = in.u8(body + 9);
        boolean known = switch (colorType) {
            case GRAY -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
            case PALETTE -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
            case RGB, GRAY_ALPHA, RGB_ALPHA -> depth == 8 || depth == 16;
            default -> false;
        };
        if (!known) {
            throw in.malformed("color type " + colorType + " with bit depth " + depth + " does not exist");
        }
        if (in.u8(body + 10) != 0 || in.u8(body + 11) != 0) {
            throw in.malformed(
                    "unknown compression method " + in.u8(body + 10) + " or filter method " + in.u8(body + 11));
        }
        interlaced = in.u8(body + 12) != 0;
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

    /** Both arrays start with the filter byte; {@code step} is the distance of a byte to its left neighbor. */
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
            return DecodedImage.ofPalette(width, height, pixels, Palettes.rgb(palette), Palettes.alpha(transparency));
        }
        DecodedImage image = DecodedImage.of(mode, width, height, pixels);
        if (transparency == null) {
            return image;
        }
        if (colorType == GRAY && transparency.length >= 2) {
            return image.withTransparentColor(key(0));
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
