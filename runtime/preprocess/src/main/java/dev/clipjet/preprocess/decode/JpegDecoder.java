package dev.clipjet.preprocess.decode;

import dev.clipjet.preprocess.DecodedImage;
import dev.clipjet.preprocess.PixelMode;
import java.util.Arrays;

/**
 * JPEG, sequential and progressive with Huffman coding, to the pixels of libjpeg-turbo at its defaults: integer
 * transform ("islow"), smooth upsampling, integer color conversion. Written out here because what the JDK bundles
 * differs from one build to the next. ICC profiles are ignored, as Pillow does.
 */
public final class JpegDecoder {

    /** Position in the 8x8 block of each coefficient of the zigzag. */
    static final int[] NATURAL_ORDER = {
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14,
        21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60,
        61, 54, 47, 55, 62, 63
    };

    /** More scans than any encoder writes; each costs a pass over all blocks. */
    private static final int MAX_SCANS = 200;

    private static final int ABSENT = -1; // no Adobe marker

    private final ImageBytes in;
    private final int[][] quantTables = new int[4][];
    private final HuffmanTable[][] huffman = HuffmanTable.standard();

    private int width;
    private int height;
    private boolean progressive;
    private JpegComponent[] components = {};
    private int maxH = 1;
    private int maxV = 1;
    private int restartInterval;
    private boolean jfif;
    private int adobeTransform = ABSENT;
    private int orientation = 1;

    private JpegDecoder(ImageBytes in) {
        this.in = in;
    }

    public static boolean accepts(ImageBytes in) {
        return in.hasAscii(0, "\u00ff\u00d8");
    }

    public static Decoded decode(ImageBytes in) {
        return new JpegDecoder(in).decode();
    }

    private Decoded decode() {
        int at = 2;
        int scans = 0;
        boolean complete = false;
        while (!complete) {
            int marker = nextMarker(at, scans > 0);
            int code = in.u8(marker + 1);
            if (code == 0xd9) {
                break;
            }
            if (code == 0x01 || (code >= 0xd0 && code <= 0xd8)) {
                at = marker + 2;
                continue;
            }
            in.need(marker, 4, "the segment of marker 0xff" + Integer.toHexString(code));
            int length = in.u16be(marker + 2);
            if (length < 2) {
                throw in.malformed("the segment at offset " + marker + " says it has " + length + " bytes");
            }
            in.need(marker + 2L, length, "the segment of marker 0xff" + Integer.toHexString(code));
            int body = marker + 4;
            int end = marker + 2 + length;
            if (code == 0xda) {
                if (++scans > MAX_SCANS) {
                    throw in.malformed("more than " + MAX_SCANS + " scans");
                }
                JpegScan scan = readScanHeader(body, end);
                at = scan.decode(end);
                complete = scan.isWholeImage();
            } else {
                readSegment(code, body, end);
                at = end;
            }
        }
        if (components.length == 0) {
            throw in.malformed("no frame header");
        }
        for (JpegComponent component : components) {
            if (component.quant == null) {
                throw in.truncated("no scan of component " + component.id);
            }
        }
        return new Decoded(image(), orientation);
    }

    /** Offset of the next marker's 0xff. */
    private int nextMarker(int from, boolean afterScan) {
        int at = from;
        while (at + 1 < in.length()) {
            int code = in.u8(at + 1);
            if (in.u8(at) == 0xff && code != 0 && code != 0xff) {
                return at;
            }
            at++;
        }
        throw in.truncated("the file ends without " + (afterScan ? "an end marker" : "image data"));
    }

    private void readSegment(int code, int body, int end) {
        switch (code) {
            case 0xc0, 0xc1, 0xc2 -> readFrame(code, body, end);
            case 0xc4 -> readHuffmanTables(body, end);
            case 0xdb -> readQuantTables(body, end);
            case 0xdd -> {
                if (end - body < 2) {
                    throw in.malformed("the restart interval at offset " + body + " has no value");
                }
                restartInterval = in.u16be(body);
            }
            case 0xc3 -> throw in.unsupported("lossless JPEG");
            case 0xc5, 0xc6, 0xc7, 0xcd, 0xce, 0xcf -> throw in.unsupported("hierarchical JPEG");
            case 0xc9, 0xca, 0xcb -> throw in.unsupported("JPEG with arithmetic coding");
            case 0xe0 -> jfif |= in.hasAscii(body, "JFIF\0") && end - body >= 14;
            case 0xe1 -> {
                if (in.hasAscii(body, "Exif\0\0") && end - body > 6) {
                    orientation = ExifOrientation.of(in.data(), body + 6, end - body - 6);
                }
            }
            case 0xee -> {
                if (in.hasAscii(body, "Adobe") && end - body >= 12) {
                    adobeTransform = in.u8(body + 11);
                }
            }
            default -> {} // comments and application data
        }
    }

    private void readQuantTables(int body, int end) {
        int at = body;
        while (at < end) {
            int precision = in.u8(at) >> 4;
            int id = in.u8(at) & 15;
            at++;
            int bytes = precision == 0 ? 1 : 2;
            if (id > 3 || precision > 1 || at + 64 * bytes > end) {
                throw in.malformed("broken quantization table at offset " + (at - 1));
            }
            int[] table = new int[64];
            for (int k = 0; k < 64; k++, at += bytes) {
                table[NATURAL_ORDER[k]] = precision == 0 ? in.u8(at) : in.u16be(at);
            }
            quantTables[id] = table;
        }
    }

    private void readHuffmanTables(int body, int end) {
        int at = body;
        while (at < end) {
            if (at + 17 > end) {
                throw in.malformed("broken Huffman table at offset " + at);
            }
            int type = in.u8(at) >> 4;
            int id = in.u8(at) & 15;
            int[] counts = new int[17];
            int total = 0;
            for (int i = 1; i <= 16; i++) {
                counts[i] = in.u8(at + i);
                total += counts[i];
            }
            if (type > 1 || id > 3 || total > 256 || at + 17 + total > end) {
                throw in.malformed("broken Huffman table at offset " + at);
            }
            HuffmanTable table = HuffmanTable.of(counts, Arrays.copyOfRange(in.data(), at + 17, at + 17 + total));
            if (table == null) {
                throw in.malformed("the Huffman table at offset " + at + " is no prefix code");
            }
            huffman[type][id] = table;
            at += 17 + total;
        }
    }

    private void readFrame(int code, int body, int end) {
        if (components.length > 0) {
            throw in.malformed("a second frame header at offset " + body);
        }
        if (end - body < 6 || end - body < 6 + 3 * in.u8(body + 5)) {
            throw in.malformed("the frame header at offset " + body + " is too short");
        }
        int precision = in.u8(body);
        if (precision != 8) {
            throw in.unsupported("JPEG with " + precision + " bits per sample");
        }
        progressive = code == 0xc2;
        height = in.u16be(body + 1);
        width = in.u16be(body + 3);
        in.checkSize(width, height);
        int count = in.u8(body + 5);
        if (count != 1 && count != 3 && count != 4) {
            throw in.unsupported("JPEG with " + count + " components");
        }
        JpegComponent[] found = new JpegComponent[count];
        for (int i = 0; i < count; i++) {
            int at = body + 6 + 3 * i;
            int h = in.u8(at + 1) >> 4;
            int v = in.u8(at + 1) & 15;
            if (h < 1 || h > 4 || v < 1 || v > 4) {
                throw in.malformed("sampling factors " + h + "x" + v + " of component " + in.u8(at));
            }
            if (in.u8(at + 2) > 3) {
                throw in.malformed("quantization table " + in.u8(at + 2) + " does not exist");
            }
            // A lone component is not interleaved, so its factors mean nothing.
            found[i] = count == 1
                    ? new JpegComponent(in.u8(at), 1, 1, in.u8(at + 2))
                    : new JpegComponent(in.u8(at), h, v, in.u8(at + 2));
            maxH = Math.max(maxH, found[i].h);
            maxV = Math.max(maxV, found[i].v);
        }
        layOut(found);
        components = found;
    }

    private void layOut(JpegComponent[] found) {
        int unitsWide = ceilDiv(width, 8 * maxH);
        int unitsHigh = ceilDiv(height, 8 * maxV);
        for (JpegComponent c : found) {
            if (maxH % c.h != 0 || maxV % c.v != 0) {
                throw in.unsupported("component " + c.id + " with fractional sampling, " + c.h + "x" + c.v + " of "
                        + maxH + "x" + maxV);
            }
            c.width = ceilDiv(width * c.h, maxH);
            c.height = ceilDiv(height * c.v, maxV);
            c.blocksWide = ceilDiv(c.width, 8);
            c.blocksHigh = ceilDiv(c.height, 8);
            c.storedWide = unitsWide * c.h;
            c.storedHigh = unitsHigh * c.v;
        }
    }

    private static int ceilDiv(int a, int b) {
        return (a + b - 1) / b;
    }

    private JpegScan readScanHeader(int body, int end) {
        if (components.length == 0) {
            throw in.malformed("a scan before the frame header, at offset " + body);
        }
        int count = end > body ? in.u8(body) : 0;
        if (count < 1 || count > 4 || end - body < 4 + 2 * count) {
            throw in.malformed("broken scan header at offset " + body);
        }
        JpegComponent[] members = new JpegComponent[count];
        int from = in.u8(body + 1 + 2 * count);
        int to = in.u8(body + 2 + 2 * count);
        int high = in.u8(body + 3 + 2 * count) >> 4;
        int low = in.u8(body + 3 + 2 * count) & 15;
        if (!progressive) {
            from = 0;
            to = 63;
            high = 0;
            low = 0;
        } else if (from > to
                || to > 63
                || (from == 0 && to != 0)
                || (from > 0 && count > 1)
                || low > 13
                || (high != 0 && high != low + 1)) {
            throw in.malformed("a progressive scan of coefficients " + from + " to " + to + ", bits " + high + " to "
                    + low + ", in " + count + " components");
        }
        for (int i = 0; i < count; i++) {
            members[i] = component(in.u8(body + 1 + 2 * i), members, i);
            int tables = in.u8(body + 2 + 2 * i);
            boolean needsDc = from == 0 && high == 0;
            boolean needsAc = to > 0;
            members[i].dc = needsDc ? table(0, tables >> 4) : null;
            members[i].ac = needsAc ? table(1, tables & 15) : null;
            if (members[i].quant == null) {
                int[] quant = quantTables[members[i].quantTable];
                if (quant == null) {
                    throw in.malformed("quantization table " + members[i].quantTable + " is not defined");
                }
                members[i].quant = quant;
            }
        }
        boolean wholeImage = !progressive && count == components.length;
        allocate(wholeImage, end);
        return new JpegScan(
                in, members, wholeImage, progressive, from, to, high, low, restartInterval, maxH, maxV, width, height);
    }

    private JpegComponent component(int id, JpegComponent[] members, int before) {
        for (JpegComponent component : components) {
            if (component.id == id) {
                for (int i = 0; i < before; i++) {
                    if (members[i] == component) {
                        throw in.malformed("component " + id + " twice in a scan");
                    }
                }
                return component;
            }
        }
        throw in.malformed("a scan of component " + id + ", which the frame does not have");
    }

    private HuffmanTable table(int type, int id) {
        if (id > 3 || huffman[type][id] == null) {
            throw in.malformed((type == 0 ? "DC" : "AC") + " Huffman table " + id + " is not defined");
        }
        return huffman[type][id];
    }

    /** Memory for the samples, or for all coefficients when they arrive in several scans. */
    private void allocate(boolean wholeImage, int scanStart) {
        long blocks = 0;
        long largest = (long) width * height * components.length;
        long blockBytes = wholeImage ? 64 : 3 * 64;
        for (JpegComponent c : components) {
            long own = (long) c.storedWide * c.storedHigh;
            blocks += own;
            largest = Math.max(largest, 64 * own);
        }
        if (components[0].samples == null && components[0].coefficients == null) {
            // Each block takes one bit at least, in its first scan.
            long available = 8L * (in.length() - scanStart);
            if (blocks > available + 8) {
                throw in.truncated(
                        (in.length() - scanStart) + " bytes of scan data cannot hold " + blocks + " blocks of pixels");
            }
            in.checkMemory(blocks * blockBytes + (long) width * height * components.length, largest);
        }
        for (JpegComponent c : components) {
            int size = 64 * c.storedWide * c.storedHigh;
            if (wholeImage) {
                c.samples = new byte[size];
                c.coefficients = null;
            } else if (c.coefficients == null) {
                c.coefficients = new short[size];
            }
        }
    }

    private void transformCoefficients(JpegComponent c) {
        c.samples = new byte[c.coefficients.length];
        int[] block = new int[64];
        for (int y = 0; y < c.blocksHigh; y++) {
            for (int x = 0; x < c.blocksWide; x++) {
                int from = (y * c.storedWide + x) * 64;
                int any = 0;
                for (int i = 1; i < 64; i++) {
                    int v = c.coefficients[from + i];
                    any |= v;
                    block[i] = v * c.quant[i];
                }
                block[0] = c.coefficients[from] * c.quant[0];
                int out = 8 * (y * c.stride() + x);
                if (any == 0) {
                    InverseDct.constant(block[0], c.samples, out, c.stride());
                } else {
                    InverseDct.transform(block, c.samples, out, c.stride());
                }
            }
        }
        c.coefficients = null;
    }

    private DecodedImage image() {
        int count = components.length;
        byte[] pixels = new byte[width * height * count];
        JpegUpsampler[] upsamplers = new JpegUpsampler[count];
        byte[][] rows = new byte[count][];
        for (int i = 0; i < count; i++) {
            if (components[i].samples == null) {
                transformCoefficients(components[i]);
            }
            upsamplers[i] = JpegUpsampler.of(components[i], maxH, maxV);
            rows[i] = new byte[width + 8];
        }
        JpegColor color = color();
        for (int y = 0; y < height; y++) {
            for (int i = 0; i < count; i++) {
                upsamplers[i].row(y, rows[i]);
            }
            color.convert(rows, width, pixels, y * width * count);
        }
        PixelMode mode = count == 1 ? PixelMode.L : count == 3 ? PixelMode.RGB : PixelMode.CMYK;
        return DecodedImage.of(mode, width, height, pixels);
    }

    /** libjpeg's guess of what the components are. */
    private JpegColor color() {
        if (components.length == 1) {
            return JpegColor.PLAIN;
        }
        if (components.length == 3) {
            boolean named = components[0].id == 'R' && components[1].id == 'G' && components[2].id == 'B';
            boolean plain = !jfif && (adobeTransform == ABSENT ? named : adobeTransform == 0);
            return plain ? JpegColor.PLAIN : JpegColor.YCC;
        }
        // Pillow takes all CMYK to be inverted, with or without an Adobe marker.
        return adobeTransform == ABSENT || adobeTransform == 0 ? JpegColor.INVERTED_CMYK : JpegColor.INVERTED_YCCK;
    }
}
