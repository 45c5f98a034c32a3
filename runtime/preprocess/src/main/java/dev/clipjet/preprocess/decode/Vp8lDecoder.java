package dev.clipjet.preprocess.decode;

import dev.clipjet.preprocess.DecodedImage;
import dev.clipjet.preprocess.PixelMode;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HexFormat;

/** Lossless WebP (VP8L): prefix codes, back references, a color cache and four transforms. */
final class Vp8lDecoder {

    private static final int LENGTH_CODES = 24;
    private static final int DISTANCE_CODES = 40;
    private static final int[] CODE_LENGTH_ORDER = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

    /** Short distances: {@code dy << 4 | 8 - dx} by code, from the format's specification. */
    private static final byte[] NEAR = HexFormat.of()
            .parseHex("1807171928062729161a262a38053739151b363a252b48044749141c353b464a242c58454b343c035759131d"
                    + "565a232d444c555b333d68026769121e666a222e545c434d656b323e78017779535d111f646c424e767a212f"
                    + "757b313f636d525e00747c414f1020626e30737d515f40727e616f50717f6070");

    private final ImageBytes in;
    private final Vp8lBits bits;
    private final int width;
    private final int height;
    private final boolean alpha;
    private final int[] pixels;

    private Vp8lDecoder(ImageBytes in, Vp8lBits bits, int width, int height, boolean alpha) {
        this.in = in;
        this.bits = bits;
        this.width = width;
        this.height = height;
        this.alpha = alpha;
        // The pixels, what a transform makes of them, and the result.
        long count = (long) width * height;
        in.checkMemory(12 * count, 4 * count);
        this.pixels = decode();
    }

    static Vp8lDecoder ofImage(ImageBytes in, int from, int to) {
        if (to - from < 5) {
            throw in.truncated("the lossless image has no header");
        }
        if (in.u8(from) != 0x2f) {
            throw in.malformed("the lossless image starts with 0x" + Integer.toHexString(in.u8(from)) + ", not 0x2f");
        }
        Vp8lBits bits = new Vp8lBits(in, from + 1, to);
        int width = bits.read(14) + 1;
        int height = bits.read(14) + 1;
        boolean alpha = bits.read(1) != 0;
        int version = bits.read(3);
        if (version != 0) {
            throw in.unsupported("lossless WebP of version " + version);
        }
        in.checkSize(width, height);
        return new Vp8lDecoder(in, bits, width, height, alpha);
    }

    static Vp8lDecoder ofAlpha(ImageBytes in, int from, int to, int width, int height) {
        return new Vp8lDecoder(in, new Vp8lBits(in, from, to), width, height, false);
    }

    DecodedImage image() {
        int channels = alpha ? 4 : 3;
        byte[] out = new byte[pixels.length * channels];
        int o = 0;
        for (int argb : pixels) {
            out[o++] = (byte) (argb >> 16);
            out[o++] = (byte) (argb >> 8);
            out[o++] = (byte) argb;
            if (alpha) {
                out[o++] = (byte) (argb >> 24);
            }
        }
        return DecodedImage.of(alpha ? PixelMode.RGBA : PixelMode.RGB, width, height, out);
    }

    void greenInto(byte[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) (pixels[i] >> 8);
        }
    }

    private int[] decode() {
        Deque<Vp8lTransform> transforms = new ArrayDeque<>();
        int codedWidth = width;
        int seen = 0;
        while (bits.read(1) != 0) {
            int type = bits.read(2);
            if ((seen & 1 << type) != 0) {
                throw in.malformed("a lossless transform is applied twice");
            }
            seen |= 1 << type;
            Vp8lTransform transform = readTransform(type, codedWidth);
            transforms.push(transform);
            codedWidth = transform.codedWidth();
        }
        int[] image = readImage(codedWidth, height, true);
        for (Vp8lTransform transform : transforms) {
            image = transform.undo(image, height);
        }
        return image;
    }

    private static int tiles(int size, int tileBits) {
        return (size + (1 << tileBits) - 1) >> tileBits;
    }

    private Vp8lTransform readTransform(int type, int columns) {
        switch (type) {
            case 0, 1 -> {
                int tileBits = bits.read(3) + 2;
                int[] tiles = readImage(tiles(columns, tileBits), tiles(height, tileBits), false);
                return type == 0
                        ? new Vp8lTransform.Prediction(columns, tileBits, tiles)
                        : new Vp8lTransform.CrossColor(columns, tileBits, tiles);
            }
            case 2 -> {
                return new Vp8lTransform.AddGreen(columns);
            }
            default -> {
                int colors = bits.read(8) + 1;
                int[] palette = readImage(colors, 1, false);
                for (int i = 1; i < colors; i++) {
                    palette[i] = Vp8lTransform.add(palette[i], palette[i - 1]);
                }
                int packing = colors > 16 ? 0 : colors > 4 ? 1 : colors > 2 ? 2 : 3;
                return new Vp8lTransform.Palette(columns, packing, palette);
            }
        }
    }

    /** An entropy-coded image; only the outermost one may have several groups of prefix codes. */
    private int[] readImage(int columns, int rows, boolean outermost) {
        int cacheBits = 0;
        if (bits.read(1) != 0) {
            cacheBits = bits.read(4);
            if (cacheBits < 1 || cacheBits > 11) {
                throw in.malformed("a color cache of " + cacheBits + " bits");
            }
        }
        int groupBits = 0;
        int[] groupOf = null;
        int groups = 1;
        BitSet used = null;
        if (outermost && bits.read(1) != 0) {
            groupBits = bits.read(3) + 2;
            groupOf = readImage(tiles(columns, groupBits), tiles(rows, groupBits), false);
            used = new BitSet();
            for (int i = 0; i < groupOf.length; i++) {
                groupOf[i] = groupOf[i] >> 8 & 0xffff;
                used.set(groupOf[i]);
            }
            groups = used.length();
        }
        // Groups that no pixel uses are read, but not kept.
        Vp8lCode[][] codes = new Vp8lCode[groups][];
        long codeBytes = 0;
        for (int g = 0; g < groups; g++) {
            Vp8lCode[] group = readCodes(cacheBits);
            bits.check();
            if (used == null || used.get(g)) {
                codes[g] = group;
                for (Vp8lCode code : group) {
                    codeBytes += code.bytes();
                }
                in.checkLimit(12L * width * height + codeBytes, 4L * width * height);
            }
        }
        in.checkMemory(codeBytes, 0);
        int[] image = new int[columns * rows];
        readPixels(image, columns, cacheBits, codes, groupOf, groupBits);
        return image;
    }

    private Vp8lCode[] readCodes(int cacheBits) {
        int cached = cacheBits == 0 ? 0 : 1 << cacheBits;
        return new Vp8lCode[] {
            readCode(256 + LENGTH_CODES + cached), readCode(256), readCode(256), readCode(256), readCode(DISTANCE_CODES)
        };
    }

    private Vp8lCode readCode(int alphabet) {
        int[] lengths = new int[alphabet];
        if (bits.read(1) != 0) {
            int symbols = bits.read(1) + 1;
            setLength(lengths, bits.read(bits.read(1) == 0 ? 1 : 8));
            if (symbols == 2) {
                setLength(lengths, bits.read(8));
            }
        } else {
            readLengths(lengths);
        }
        return complete(Vp8lCode.of(lengths));
    }

    private void setLength(int[] lengths, int symbol) {
        // As in libwebp, a symbol that the alphabet does not have does not count.
        if (symbol < lengths.length) {
            lengths[symbol] = 1;
        }
    }

    private Vp8lCode complete(Vp8lCode code) {
        if (code == null) {
            bits.check();
            throw in.malformed("a lossless prefix code is not complete");
        }
        return code;
    }

    private void readLengths(int[] lengths) {
        int[] ofLengths = new int[19];
        int count = bits.read(4) + 4;
        for (int i = 0; i < count; i++) {
            ofLengths[CODE_LENGTH_ORDER[i]] = bits.read(3);
        }
        Vp8lCode code = complete(Vp8lCode.of(ofLengths));
        int left = lengths.length;
        if (bits.read(1) != 0) {
            left = 2 + bits.read(2 + 2 * bits.read(3));
            if (left > lengths.length) {
                throw in.malformed(
                        "a prefix code of " + left + " symbols, at most " + lengths.length + " are possible");
            }
        }
        int previous = 8;
        for (int s = 0; s < lengths.length && left > 0; left--) {
            int length = code.read(bits);
            if (length < 16) {
                lengths[s++] = length;
                if (length != 0) {
                    previous = length;
                }
                continue;
            }
            int repeat = length == 16 ? 3 + bits.read(2) : length == 17 ? 3 + bits.read(3) : 11 + bits.read(7);
            if (s + repeat > lengths.length) {
                throw in.malformed("a prefix code has more than " + lengths.length + " symbols");
            }
            Arrays.fill(lengths, s, s + repeat, length == 16 ? previous : 0);
            s += repeat;
        }
    }

    private void readPixels(int[] image, int columns, int cacheBits, Vp8lCode[][] codes, int[] groupOf, int groupBits) {
        int[] cache = new int[cacheBits == 0 ? 0 : 1 << cacheBits];
        int cacheShift = 32 - cacheBits;
        int groupColumns = tiles(columns, groupBits);
        Vp8lCode[] group = groupOf == null ? codes[0] : null;
        int at = 0;
        int x = 0;
        int y = 0;
        while (at < image.length) {
            if (groupOf != null) {
                group = codes[groupOf[(y >> groupBits) * groupColumns + (x >> groupBits)]];
            }
            int symbol = group[0].read(bits);
            if (symbol < 256) {
                int red = group[1].read(bits);
                int blue = group[2].read(bits);
                int argb = group[3].read(bits) << 24 | red << 16 | symbol << 8 | blue;
                image[at++] = argb;
                if (cacheBits > 0) {
                    cache[0x1e35a7bd * argb >>> cacheShift] = argb;
                }
                x++;
            } else if (symbol < 256 + LENGTH_CODES) {
                int length = extra(symbol - 256);
                int distance = distance(extra(group[4].read(bits)), columns);
                if (distance > at || length > image.length - at) {
                    bits.check();
                    throw in.malformed("a copy of " + length + " pixels from " + distance + " before pixel " + at
                            + " of " + image.length);
                }
                for (int i = 0; i < length; i++, at++) {
                    int argb = image[at - distance];
                    image[at] = argb;
                    if (cacheBits > 0) {
                        cache[0x1e35a7bd * argb >>> cacheShift] = argb;
                    }
                }
                x += length;
            } else {
                int argb = cache[symbol - 256 - LENGTH_CODES];
                image[at++] = argb;
                cache[0x1e35a7bd * argb >>> cacheShift] = argb;
                x++;
            }
            if (x >= columns) {
                bits.check();
                y += x / columns;
                x %= columns;
            }
        }
        bits.check();
    }

    /** A length or a distance code from its symbol and the bits that follow. */
    private int extra(int symbol) {
        if (symbol < 4) {
            return symbol + 1;
        }
        int count = (symbol - 2) >> 1;
        return ((2 + (symbol & 1)) << count) + bits.read(count) + 1;
    }

    private static int distance(int code, int columns) {
        if (code > NEAR.length) {
            return code - NEAR.length;
        }
        int near = NEAR[code - 1];
        return Math.max((near >> 4) * columns + 8 - (near & 15), 1);
    }
}
