package dev.clipjet.preprocess.decode;

import dev.clipjet.preprocess.DecodedImage;
import dev.clipjet.preprocess.PixelMode;

/**
 * BMP of 1, 4, 8, 16, 24 and 32 bits, plain, with bit fields or run lengths. As in Pillow, gray palettes count as gray, and
 * then a pixel has 8 bits, or 1 where the palette has at most two colors, whatever the header says.
 */
public final class BmpDecoder {

    private static final int RAW = 0;
    private static final int RLE8 = 1;
    private static final int RLE4 = 2;
    private static final int BITFIELDS = 3;

    /** Bits per pixel, then the masks of red, green, blue and, of 32 bits, alpha; no masks mean those of plain pixels. */
    private static final int[][] KNOWN_MASKS = {
        {32, 0xff0000, 0xff00, 0xff, 0},
        {32, 0xff000000, 0xff0000, 0xff00, 0},
        {32, 0xff000000, 0xff00, 0xff, 0},
        {32, 0xff000000, 0xff0000, 0xff00, 0xff},
        {32, 0xff, 0xff00, 0xff0000, 0xff000000},
        {32, 0xff0000, 0xff00, 0xff, 0xff000000},
        {32, 0xff000000, 0xff00, 0xff, 0xff0000},
        {32, 0, 0, 0, 0},
        {24, 0xff0000, 0xff00, 0xff},
        {16, 0xf800, 0x7e0, 0x1f},
        {16, 0x7c00, 0x3e0, 0x1f},
    };

    private final ImageBytes in;
    private int width;
    private int height;
    private boolean topDown;
    private int bits;
    private int compression;
    private long pixelOffset;
    private byte[] palette;
    private boolean gray;
    private boolean bilevel;
    private boolean alpha;
    private final int[] masks = new int[4];

    private BmpDecoder(ImageBytes in) {
        this.in = in;
    }

    public static boolean accepts(ImageBytes in) {
        return in.hasAscii(0, "BM");
    }

    public static Decoded decode(ImageBytes in) {
        return new Decoded(new BmpDecoder(in).decode(), 1);
    }

    private DecodedImage decode() {
        readHeader();
        boolean indexed = bits <= 8;
        int channels = indexed ? 1 : alpha ? 4 : 3;
        long bytes = (long) width * height * channels;
        boolean runs = compression == RLE8 || compression == RLE4;
        int storedBits = !gray ? bits : bilevel ? 1 : 8;
        if (!runs) {
            long used = ((long) width * storedBits + 7) / 8;
            if (used > rowBytes()) {
                throw in.malformed("a row has " + rowBytes() + " bytes, its pixels need " + used);
            }
            // The last row may lack its padding.
            in.need(pixelOffset, rowBytes() * (height - 1) + used, "the pixel data");
        }
        in.checkMemory(bytes, bytes);
        byte[] pixels = new byte[(int) bytes];
        if (runs) {
            readRuns(pixels);
        } else {
            for (int y = 0; y < height; y++) {
                int row = (int) (pixelOffset + rowBytes() * (topDown ? y : height - 1 - y));
                if (indexed) {
                    readIndices(storedBits, row, pixels, y * width);
                } else {
                    readColors(row, pixels, y * width * channels, channels);
                }
            }
        }
        if (!indexed) {
            return DecodedImage.of(channels == 4 ? PixelMode.RGBA : PixelMode.RGB, width, height, pixels);
        }
        if (gray) {
            if (bilevel) {
                for (int i = 0; i < pixels.length; i++) {
                    pixels[i] = (byte) (pixels[i] == 0 ? 0 : 255);
                }
            }
            return DecodedImage.of(bilevel ? PixelMode.BILEVEL : PixelMode.L, width, height, pixels);
        }
        return DecodedImage.ofPalette(width, height, pixels, Palettes.rgb(palette), null);
    }

    private long rowBytes() {
        return ((long) width * bits + 31) / 32 * 4;
    }

    private void readHeader() {
        in.need(0, 26, "the header");
        pixelOffset = in.u32le(10);
        int headerSize = in.i32le(14);
        int paletteEntryBytes = 4;
        long colors = 0;
        if (headerSize == 12) {
            width = in.u16le(18);
            height = in.u16le(20);
            bits = in.u16le(24);
            paletteEntryBytes = 3;
            in.checkPicture(width, height);
        } else if (headerSize == 40
                || headerSize == 52
                || headerSize == 56
                || headerSize == 64
                || headerSize == 108
                || headerSize == 124) {
            in.need(14, headerSize, "the header");
            topDown = in.u8(25) == 0xff;
            long h = topDown ? -(long) in.i32le(22) : in.u32le(22);
            in.checkPicture(in.u32le(18), h);
            width = in.i32le(18);
            height = (int) h;
            bits = in.u16le(28);
            compression = in.i32le(30);
            colors = in.u32le(46);
        } else {
            throw in.unsupported("BMP with a header of " + (headerSize & 0xffffffffL) + " bytes");
        }
        if (bits != 1 && bits != 4 && bits != 8 && bits != 16 && bits != 24 && bits != 32) {
            throw in.unsupported("BMP of " + bits + " bits per pixel");
        }
        long entries = colors == 0 ? 1L << bits : colors;
        if (pixelOffset == 14 + headerSize && bits <= 8) {
            pixelOffset += paletteEntryBytes * entries; // some writers forget the palette
        }
        long afterHeader = 14L + headerSize;
        switch (compression) {
            case RAW -> plainMasks();
            case RLE8, RLE4 -> {
                if (bits > 8) {
                    throw in.malformed("run-length compression of " + bits + " bits per pixel");
                }
            }
            case BITFIELDS -> {
                readMasks(headerSize, (int) afterHeader);
                if (headerSize == 40) {
                    afterHeader += 12;
                }
            }
            default -> throw in.unsupported("BMP compression " + compression);
        }
        if (bits <= 8) {
            afterHeader += readPalette((int) afterHeader, paletteEntryBytes, entries);
        }
        if (pixelOffset == 0) {
            pixelOffset = afterHeader;
        }
        if (pixelOffset > in.length()) {
            throw in.truncated(
                    "the pixel data starts at offset " + pixelOffset + ", the file has " + in.length() + " bytes");
        }
    }

    private void plainMasks() {
        masks[0] = bits == 16 ? 0x7c00 : 0xff0000;
        masks[1] = bits == 16 ? 0x3e0 : 0xff00;
        masks[2] = bits == 16 ? 0x1f : 0xff;
    }

    private void readMasks(int headerSize, int afterHeader) {
        int at = headerSize == 40 ? afterHeader : 54;
        in.need(at, 12, "the bit masks");
        for (int c = 0; c < 3; c++) {
            masks[c] = in.i32le(at + 4 * c);
        }
        masks[3] = headerSize >= 56 ? in.i32le(at + 12) : 0;
        for (int[] known : KNOWN_MASKS) {
            boolean same = bits == known[0] && masks[0] == known[1] && masks[1] == known[2] && masks[2] == known[3];
            if (same && (bits != 32 || masks[3] == known[4])) {
                alpha = bits == 32 && masks[3] != 0;
                if (bits == 32 && masks[0] == 0) {
                    alpha = true;
                    plainMasks();
                    masks[3] = 0xff000000;
                }
                return;
            }
        }
        throw in.unsupported("BMP of " + bits + " bits with masks " + Integer.toHexString(masks[0]) + ", "
                + Integer.toHexString(masks[1]) + ", " + Integer.toHexString(masks[2]) + ", "
                + Integer.toHexString(masks[3]));
    }

    /** @return bytes of the palette, as far as they are there */
    private long readPalette(int at, int entryBytes, long colors) {
        if (colors > 65536) {
            throw in.malformed("a palette of " + colors + " colors");
        }
        int entries = (int) Math.min(colors, Math.max(in.length() - at, 0) / entryBytes);
        palette = new byte[3 * Math.min(entries, 256)];
        for (int i = 0; i < palette.length / 3; i++) {
            for (int c = 0; c < 3; c++) {
                palette[3 * i + c] = (byte) in.u8(at + i * entryBytes + 2 - c);
            }
        }
        bilevel = colors <= 2;
        gray = entries == colors;
        for (int i = 0; i < entries && gray; i++) {
            int level = colors == 2 ? 255 * i : i & 0xff;
            int entry = at + i * entryBytes;
            gray = in.u8(entry) == level && in.u8(entry + 1) == level && in.u8(entry + 2) == level;
        }
        if (!gray && entries > 256) {
            throw in.malformed("a palette of " + entries + " colors");
        }
        return Math.min(entryBytes * colors, Math.max(in.length() - at, 0));
    }

    private void readIndices(int stored, int row, byte[] out, int offset) {
        if (stored == 8) {
            System.arraycopy(in.data(), row, out, offset, width);
            return;
        }
        int mask = (1 << stored) - 1;
        for (int x = 0; x < width; x++) {
            long bit = (long) x * stored;
            out[offset + x] = (byte) (in.u8(row + (int) (bit >> 3)) >> (8 - stored - (int) (bit & 7)) & mask);
        }
    }

    private void readColors(int row, byte[] out, int offset, int channels) {
        int bytes = bits / 8;
        int o = offset;
        for (int x = 0, at = row; x < width; x++, at += bytes) {
            int v = bytes == 2 ? in.u16le(at) : bytes == 3 ? in.u24le(at) : in.i32le(at);
            for (int c = 0; c < channels; c++) {
                int shift = Integer.numberOfTrailingZeros(masks[c]);
                int max = masks[c] >>> shift;
                int level = (v & masks[c]) >>> shift;
                out[o++] = (byte) (max == 255 ? level : level * 255 / max);
            }
        }
    }

    private void readRuns(byte[] pixels) {
        int at = (int) pixelOffset;
        int done = 0;
        int x = 0;
        byte[] line = pixels;
        while (done < line.length) {
            in.need(at, 2, "the run-length data");
            int count = in.u8(at);
            int value = in.u8(at + 1);
            at += 2;
            if (count > 0) {
                int n = Math.min(Math.min(count, Math.max(width - x, 0)), line.length - done);
                for (int i = 0; i < n; i++) {
                    line[done++] = nibble(value, i);
                }
                x += n;
            } else if (value == 0) {
                done += (width - done % width) % width;
                x = 0;
            } else if (value == 1) {
                throw in.truncated("the run-length data ends after " + done + " of " + line.length + " pixels");
            } else if (value == 2) {
                in.need(at, 2, "the run-length data");
                done = (int) Math.min(line.length, done + in.u8(at) + (long) in.u8(at + 1) * width);
                x = done % width;
                at += 2;
            } else {
                int n = Math.min(value, line.length - done);
                int bytes = compression == RLE4 ? (n + 1) / 2 : n;
                in.need(at, bytes, "the run-length data");
                for (int i = 0; i < n; i++) {
                    line[done++] = compression == RLE4 ? nibble(in.u8(at + i / 2), i) : (byte) in.u8(at + i);
                }
                x += value;
                at += bytes + ((at + bytes) & 1);
            }
        }
        if (!topDown) {
            flip(pixels);
        }
    }

    private byte nibble(int value, int i) {
        return (byte) (compression == RLE8 ? value : (i & 1) == 0 ? value >> 4 : value & 15);
    }

    private void flip(byte[] pixels) {
        byte[] row = new byte[width];
        for (int y = 0; y < height / 2; y++) {
            int top = y * width;
            int bottom = (height - 1 - y) * width;
            System.arraycopy(pixels, top, row, 0, width);
            System.arraycopy(pixels, bottom, pixels, top, width);
            System.arraycopy(row, 0, pixels, bottom, width);
        }
    }
}
