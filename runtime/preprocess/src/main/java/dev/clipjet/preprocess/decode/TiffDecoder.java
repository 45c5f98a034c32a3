package dev.clipjet.preprocess.decode;

import dev.clipjet.preprocess.DecodedImage;
import dev.clipjet.preprocess.PixelMode;
import java.util.BitSet;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The first image of a baseline TIFF: strips, 8-bit gray, palette, RGB and RGBA, uncompressed, PackBits, LZW or deflate,
 * with or without the horizontal predictor. Everything else is refused as unsupported, and a directory with a fault, such as a
 * tag that occurs twice, as malformed.
 */
public final class TiffDecoder {

    private static final int NONE = 1;
    private static final int LZW = 5;
    private static final int DEFLATE = 8;
    private static final int PACKBITS = 32773;
    private static final int OLD_DEFLATE = 32946;

    private final ImageBytes in;
    private final boolean little;
    private long width;
    private long height;
    private int bits = 1;
    private int compression = NONE;
    private int photometric = -1;
    private int samples = 1;
    private long rowsPerStrip = Long.MAX_VALUE;
    private int planar = 1;
    private int predictor = 1;
    private int fillOrder = 1;
    private int extra;
    private long extras;
    private long bitCounts;
    private int orientation = 1;
    private long[] offsets = {};
    private long[] counts = {};
    private long[] colors;
    private final BitSet seen = new BitSet();

    // For all strips, so that many small ones cost no more than a few large ones.
    private Inflater inflater;
    private int[] starts;
    private int[] lengths;

    private TiffDecoder(ImageBytes in) {
        this.in = in;
        this.little = in.u8(0) == 'I';
    }

    public static boolean accepts(ImageBytes in) {
        return in.hasAscii(0, "II*\0") || in.hasAscii(0, "MM\0*");
    }

    public static Decoded decode(ImageBytes in) {
        return new TiffDecoder(in).decode();
    }

    private int u16(int at) {
        return little ? in.u16le(at) : in.u16be(at);
    }

    private long u32(int at) {
        return little ? in.u32le(at) : in.u32be(at);
    }

    private Decoded decode() {
        in.need(4, 4, "the header");
        long directory = u32(4);
        in.need(directory, 2, "the image directory");
        int entries = u16((int) directory);
        in.need(directory + 2, 12L * entries, "the image directory");
        for (int i = 0; i < entries; i++) {
            int at = (int) directory + 2 + 12 * i;
            int tag = u16(at);
            if (seen.get(tag)) {
                throw in.malformed("tag " + tag + " occurs twice, at offset " + at);
            }
            seen.set(tag);
            readEntry(at);
        }
        in.checkPicture(width, height);
        PixelMode mode = mode();
        if (offsets.length == 0) {
            throw in.unsupported("TIFF without strips");
        }
        long bytes = width * height * samples;
        in.checkMemory(bytes, bytes);
        byte[] pixels = new byte[(int) bytes];
        try {
            readStrips(pixels);
        } finally {
            if (inflater != null) {
                inflater.end();
            }
        }
        return new Decoded(image(mode, pixels), orientation);
    }

    private void readEntry(int at) {
        int tag = u16(at);
        int type = u16(at + 2);
        long count = u32(at + 4);
        switch (tag) {
            case 256 -> width = value(at, type, count);
            case 257 -> height = value(at, type, count);
            case 258 -> {
                bitCounts = count;
                for (long b : values(at, type, count)) {
                    bits = (int) b;
                    if (b != 8) {
                        throw in.unsupported("TIFF of " + b + " bits per sample");
                    }
                }
            }
            case 259 -> compression = (int) value(at, type, count);
            case 262 -> photometric = (int) value(at, type, count);
            case 266 -> fillOrder = (int) value(at, type, count);
            case 273 -> offsets = values(at, type, count);
            case 274 -> orientation = (int) value(at, type, count);
            case 277 -> samples = (int) value(at, type, count);
            case 278 -> rowsPerStrip = value(at, type, count);
            case 279 -> counts = values(at, type, count);
            case 284 -> planar = (int) value(at, type, count);
            case 317 -> predictor = (int) value(at, type, count);
            case 320 -> colors = values(at, type, count);
            case 322 -> throw in.unsupported("TIFF in tiles");
            case 339 -> {
                for (long format : values(at, type, count)) {
                    if (format != 1) {
                        throw in.unsupported("TIFF of sample format " + format);
                    }
                }
            }
            case 338 -> {
                extras = count;
                extra = count == 0 ? 0 : (int) values(at, type, count)[0];
            }
            default -> {}
        }
    }

    private long value(int at, int type, long count) {
        if (count != 1) {
            throw in.malformed("tag " + u16(at) + " has " + count + " values, not one");
        }
        return values(at, type, 1)[0];
    }

    private long[] values(int at, int type, long count) {
        int size = switch (type) {
            case 1 -> 1;
            case 3 -> 2;
            case 4 -> 4;
            default -> throw in.malformed("tag " + u16(at) + " has the field type " + type);
        };
        if (count > in.length()) {
            throw in.truncated("tag " + u16(at) + " has " + count + " values, the file has " + in.length() + " bytes");
        }
        long from = count * size <= 4 ? at + 8 : u32(at + 8);
        in.need(from, count * size, "the value of tag " + u16(at));
        long[] values = new long[(int) count];
        for (int i = 0; i < values.length; i++) {
            int p = (int) from + i * size;
            values[i] = size == 1 ? in.u8(p) : size == 2 ? u16(p) : u32(p);
        }
        return values;
    }

    private PixelMode mode() {
        if (bitCounts != 1 && bitCounts < samples) {
            throw in.malformed(bitCounts + " bit depths for " + samples + " samples");
        }
        if (bits != 8 || (planar != 1 && samples > 1) || fillOrder != 1) {
            throw in.unsupported("TIFF of " + bits + " bits per sample, planar configuration " + planar
                    + ", fill order " + fillOrder);
        }
        if (photometric == 1 && samples == 1 && extras == 0) {
            return PixelMode.L;
        }
        if (photometric == 3 && samples == 1 && extras == 0 && colors != null && colors.length == 768) {
            return PixelMode.P;
        }
        if (photometric == 2 && samples == 3 && extras == 0) {
            return PixelMode.RGB;
        }
        if (photometric == 2 && samples == 4 && extras == 1 && extra == 2) {
            return PixelMode.RGBA;
        }
        throw in.unsupported(
                "TIFF with photometric interpretation " + photometric + " and " + samples + " samples per pixel");
    }

    private DecodedImage image(PixelMode mode, byte[] pixels) {
        if (mode != PixelMode.P) {
            return DecodedImage.of(mode, (int) width, (int) height, pixels);
        }
        byte[] palette = new byte[768];
        for (int i = 0; i < 256; i++) {
            for (int c = 0; c < 3; c++) {
                palette[3 * i + c] = (byte) (colors[256 * c + i] >> 8);
            }
        }
        return DecodedImage.ofPalette((int) width, (int) height, pixels, palette, null);
    }

    private void readStrips(byte[] pixels) {
        long perStrip = Math.min(Math.max(rowsPerStrip, 1), height);
        int strips = (int) ((height + perStrip - 1) / perStrip);
        if (offsets.length < strips || counts.length < strips) {
            throw in.malformed(
                    offsets.length + " strip offsets and " + counts.length + " strip sizes for " + strips + " strips");
        }
        int rowBytes = (int) (width * samples);
        for (int i = 0; i < strips; i++) {
            int from = (int) (i * perStrip * rowBytes);
            int to = (int) Math.min((i + 1) * perStrip * rowBytes, pixels.length);
            in.need(offsets[i], counts[i], "strip " + i);
            int got = readStrip((int) offsets[i], (int) counts[i], pixels, from, to);
            if (got < to) {
                throw in.truncated("strip " + i + " holds " + (got - from) + " of " + (to - from) + " bytes");
            }
        }
        if (predictor == 2) {
            for (int row = 0; row < pixels.length; row += rowBytes) {
                for (int x = samples; x < rowBytes; x++) {
                    pixels[row + x] += pixels[row + x - samples];
                }
            }
        } else if (predictor != 1) {
            throw in.unsupported("TIFF with predictor " + predictor);
        }
    }

    /** @return the index after the last byte written */
    private int readStrip(int offset, int count, byte[] out, int from, int to) {
        return switch (compression) {
            case NONE -> {
                int n = Math.min(count, to - from);
                System.arraycopy(in.data(), offset, out, from, n);
                yield from + n;
            }
            case PACKBITS -> packBits(offset, offset + count, out, from, to);
            case LZW -> lzw(offset, offset + count, out, from, to);
            case DEFLATE, OLD_DEFLATE -> inflate(offset, count, out, from, to);
            default -> throw in.unsupported("TIFF compression " + compression);
        };
    }

    private int packBits(int offset, int end, byte[] out, int from, int to) {
        int at = offset;
        int o = from;
        while (o < to && at < end) {
            int n = in.data()[at++];
            if (n >= 0) {
                for (int i = 0; i <= n && o < to && at < end; i++) {
                    out[o++] = in.data()[at++];
                }
            } else if (n != -128 && at < end) {
                byte v = in.data()[at++];
                for (int i = 0; i <= -n && o < to; i++) {
                    out[o++] = v;
                }
            }
        }
        return o;
    }

    private int inflate(int offset, int count, byte[] out, int from, int to) {
        if (inflater == null) {
            inflater = new Inflater();
        }
        inflater.reset();
        try {
            inflater.setInput(in.data(), offset, count);
            int o = from;
            while (o < to) {
                int n = inflater.inflate(out, o, to - o);
                if (n == 0) {
                    break;
                }
                o += n;
            }
            return o;
        } catch (DataFormatException e) {
            throw in.malformed("a strip is not a deflate stream: " + e.getMessage());
        }
    }

    /** TIFF's LZW: most significant bit first, and the code size grows one code early. */
    private int lzw(int offset, int end, byte[] out, int from, int to) {
        if (starts == null) {
            starts = new int[4097]; // where in the output each code's string begins
            lengths = new int[4097];
        }
        int next = 258;
        int size = 9;
        int previous = -1;
        int o = from;
        int at = offset;
        int bitBuffer = 0;
        int bitCount = 0;
        while (o < to) {
            while (bitCount < size && at < end) {
                bitBuffer = bitBuffer << 8 | in.u8(at++);
                bitCount += 8;
            }
            if (bitCount < size) {
                return o;
            }
            int code = bitBuffer >> (bitCount - size) & ((1 << size) - 1);
            bitCount -= size;
            if (code == 257) {
                return o;
            }
            if (code == 256) {
                next = 258;
                size = 9;
                previous = -1;
                continue;
            }
            if (previous >= 0 && next < 4096) {
                // The string of the code before, and the first byte of this one, which follows it in the output.
                starts[next] = o - length(previous, lengths);
                lengths[next] = length(previous, lengths) + 1;
                next++;
            }
            if (code >= next || (previous < 0 && code > 255)) {
                throw in.malformed("LZW code " + code + " is not defined yet");
            }
            if (code < 256) {
                out[o++] = (byte) code;
            } else {
                for (int i = starts[code], n = lengths[code]; n > 0 && o < to; n--) {
                    out[o++] = out[i++];
                }
            }
            previous = code;
            if (next + 1 >= 1 << size && size < 12) {
                size++;
            }
        }
        return o;
    }

    private static int length(int code, int[] lengths) {
        return code < 256 ? 1 : lengths[code];
    }
}
