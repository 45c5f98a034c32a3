package dev.clipjet.preprocess.decode;

import dev.clipjet.error.ImageFormatException;
import dev.clipjet.preprocess.DecodedImage;
import dev.clipjet.preprocess.PixelMode;
import java.util.Arrays;

/**
 * JPEG, sequential and progressive with Huffman coding, to the pixels of libjpeg-turbo at its defaults: integer
 * transform ("islow"), smooth upsampling, integer color conversion, and block smoothing of progressive images whose scans are
 * not all there. Written out here because what the JDK bundles differs from one build to the next. ICC profiles are ignored, as
 * Pillow does.
 *
 * <p>Damaged scans give the picture that libjpeg makes of them, and {@link ImageBytes#damage}. Refused, though libjpeg
 * tolerates it: a scan that refines what no scan has, images with more blocks than their scans have bits, and scans that pass
 * over more blocks than {@link #MAX_VISITS_PER_BYTE} for each of their bytes.
 */
public final class JpegDecoder {

    /** Position in the 8x8 block of each coefficient of the zigzag. */
    static final int[] NATURAL_ORDER = {
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14,
        21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60,
        61, 54, 47, 55, 62, 63
    };

    /**
     * Passes over blocks that a byte of a scan may cost. A flat image in ten scans, as encoders write it, takes one bit for each
     * block in its first scan and next to none in the others: 80.
     */
    private static final int MAX_VISITS_PER_BYTE = 256;

    /** Passes over blocks that cost nothing to speak of. */
    private static final long FREE_VISITS = 1 << 20;

    /** Blocks of an interleaved unit, as ITU T.81 B.2.3 says and libjpeg demands. */
    private static final int MAX_BLOCKS_IN_UNIT = 10;

    /** What Pillow hands to libjpeg at a time; behind the image nothing of the next piece is looked at. */
    private static final int PILLOW_BLOCK = 1 << 16;

    private static final int START = 0xd8;
    private static final int END = 0xd9;
    private static final int SCAN = 0xda;

    private static final int ABSENT = -1; // no Adobe marker

    private final ImageBytes in;
    private final JpegInput input;
    private final int[][] quantTables = new int[4][];

    /** Tables by class and number; null for those that the file does not define. */
    private final HuffmanTable[][] huffman = new HuffmanTable[2][4];

    private int width;
    private int height;
    private JpegComponent[] components = {};
    private int maxH = 1;
    private int maxV = 1;
    private int restartInterval;
    private boolean jfif;
    private int adobeTransform = ABSENT;
    private int orientation = 1;

    private JpegProgression progression;
    private int lastGoodRow;
    private long scanBytes;
    private long visits;

    private JpegDecoder(ImageBytes in) {
        this.in = in;
        this.input = new JpegInput(in, 2);
    }

    public static boolean accepts(ImageBytes in) {
        return in.hasAscii(0, "\u00ff\u00d8");
    }

    public static Decoded decode(ImageBytes in) {
        JpegHeaderCheck.check(in);
        return new JpegDecoder(in).decode();
    }

    private Decoded decode() {
        if (!readSegments()) {
            throw in.truncated("the image ends without image data");
        }
        JpegScan scan = readScanHeader(true);
        JpegColor color = color();
        scan.decode(0);
        lastGoodRow = scan.lastGoodRow();
        if (components[0].samples != null) {
            finish();
        } else {
            while (readSegments()) {
                JpegScan next = readScanHeader(false);
                next.decode(lastGoodRow);
                lastGoodRow = next.lastGoodRow();
            }
        }
        return new Decoded(image(color), orientation);
    }

    /** Reads on behind the only scan, as libjpeg does to be done with the file. The end may be missing. */
    private void finish() {
        long piece = (input.position() + PILLOW_BLOCK - 1L) / PILLOW_BLOCK * PILLOW_BLOCK;
        input.limit((int) Math.min(piece, in.length()));
        try {
            if (readSegments()) {
                readScanHeader(false);
            }
        } catch (ImageFormatException e) {
            if (e.kind() != ImageFormatException.Kind.TRUNCATED) {
                throw e;
            }
            in.damage("the file ends without an end marker");
        }
    }

    /** Reads segments up to a scan; false at the end of the image. */
    private boolean readSegments() {
        while (true) {
            if (!input.findMarker()) {
                throw in.truncated("the file ends without " + (visits > 0 ? "an end marker" : "image data"));
            }
            int code = input.marker();
            input.takeMarker();
            if (code == END) {
                return false;
            }
            if (code == 0x01 || (code >= JpegInput.RST0 && code <= JpegInput.RST7)) {
                continue;
            }
            int start = input.position();
            if (code == START) {
                throw in.malformed("a second start of an image before offset " + start);
            }
            if (code < 0xc0 || code == 0xc8 || code == 0xde || code == 0xdf || (code >= 0xf0 && code < 0xfe)) {
                throw in.malformed("unknown marker 0xff" + Integer.toHexString(code) + " before offset " + start);
            }
            if (isFrame(code)) {
                checkFrame(code, start);
            }
            need(start, 2);
            int length = in.u16be(start);
            if (code == SCAN) {
                return true;
            }
            readSegment(code, start + 2, length - 2);
            input.position(start + Math.max(length, 2));
        }
    }

    /** Fails where bytes are missing; each segment asks for them piece by piece, so that earlier faults come first. */
    private void need(int at, int count) {
        if (at + count > input.end()) {
            throw in.truncated("a segment needs " + count + " bytes at offset " + at + ", the file has " + in.length());
        }
    }

    private static boolean isFrame(int code) {
        return code >= 0xc0 && code <= 0xcf && code != 0xc4 && code != 0xc8 && code != 0xcc;
    }

    private void checkFrame(int code, int start) {
        switch (code) {
            case 0xc5, 0xc6, 0xc7, 0xcd, 0xce, 0xcf -> throw in.unsupported("hierarchical JPEG");
            default -> {}
        }
        if (components.length > 0) {
            throw in.malformed("a second frame header at offset " + start);
        }
        switch (code) {
            case 0xc3 -> throw in.unsupported("lossless JPEG");
            case 0xc9, 0xca, 0xcb -> throw in.unsupported("JPEG with arithmetic coding");
            default -> {}
        }
    }

    private void readSegment(int code, int body, int length) {
        switch (code) {
            case 0xc0, 0xc1, 0xc2 -> readFrame(code, body, length);
            case 0xc4 -> readHuffmanTables(body, length);
            case 0xcc -> checkArithmeticConditions(body, length);
            case 0xdb -> readQuantTables(body, length);
            case 0xdd -> {
                if (length != 2) {
                    throw in.malformed("the restart interval at offset " + body + " has " + length + " bytes");
                }
                need(body, 2);
                restartInterval = in.u16be(body);
            }
            default -> {
                need(body, Math.max(length, 0));
                readApplicationData(code, body, length);
            }
        }
    }

    private void readApplicationData(int code, int body, int length) {
        switch (code) {
            case 0xe0 -> jfif |= in.hasAscii(body, "JFIF\0") && length >= 14;
            case 0xe1 -> {
                if (in.hasAscii(body, "Exif\0\0") && length > 6) {
                    orientation = ExifOrientation.of(in.data(), body + 6, length - 6);
                }
            }
            case 0xee -> {
                if (in.hasAscii(body, "Adobe") && length >= 12) {
                    adobeTransform = in.u8(body + 11);
                }
            }
            default -> {} // comments and others
        }
    }

    private void readQuantTables(int body, int length) {
        int at = body;
        int left = length;
        while (left > 0) {
            need(at, 1);
            int id = in.u8(at) & 15;
            int bytes = in.u8(at) >> 4 == 0 ? 1 : 2;
            if (id > 3) {
                throw in.malformed("broken quantization table at offset " + at);
            }
            need(++at, 64 * bytes);
            int[] table = new int[64];
            for (int k = 0; k < 64; k++, at += bytes) {
                table[NATURAL_ORDER[k]] = bytes == 1 ? in.u8(at) : in.u16be(at);
            }
            quantTables[id] = table;
            left -= 1 + 64 * bytes;
        }
        if (left != 0) {
            throw in.malformed("broken quantization table before offset " + at);
        }
    }

    private void readHuffmanTables(int body, int length) {
        int at = body;
        int left = length;
        while (left > 16) {
            need(at, 17);
            int type = in.u8(at) >> 4;
            int id = in.u8(at) & 15;
            int[] counts = new int[17];
            int total = 0;
            for (int i = 1; i <= 16; i++) {
                counts[i] = in.u8(at + i);
                total += counts[i];
            }
            left -= 17;
            at += 17;
            if (total > 256 || total > left) {
                throw in.malformed("broken Huffman table at offset " + (at - 17));
            }
            need(at, total);
            if (type > 1 || id > 3) {
                throw in.malformed("broken Huffman table at offset " + (at - 17));
            }
            huffman[type][id] = HuffmanTable.of(counts, Arrays.copyOfRange(in.data(), at, at + total));
            left -= total;
            at += total;
        }
        if (left != 0) {
            throw in.malformed("broken Huffman table at offset " + at);
        }
    }

    /** Conditions of arithmetic coding, which mean nothing to Huffman coding but must be right. */
    private void checkArithmeticConditions(int body, int length) {
        for (int at = body; at < body + length; at += 2) {
            need(at, 2);
            int value = in.u8(at + 1);
            if (in.u8(at) > 31 || (in.u8(at) < 16 && (value & 15) > value >> 4)) {
                throw in.malformed("broken conditions of arithmetic coding at offset " + at);
            }
        }
        if (length < 0 || length % 2 != 0) {
            throw in.malformed("conditions of arithmetic coding of " + length + " bytes at offset " + body);
        }
    }

    private void readFrame(int code, int body, int bytes) {
        need(body, 6);
        if (bytes != 6 + 3 * in.u8(body + 5)) {
            throw in.malformed("the frame header at offset " + body + " has " + bytes + " bytes");
        }
        need(body, bytes);
        int precision = in.u8(body);
        if (precision != 8) {
            throw in.unsupported("JPEG with " + precision + " bits per sample");
        }
        height = in.u16be(body + 1);
        width = in.u16be(body + 3);
        in.checkPicture(width, height);
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
            found[i] = new JpegComponent(i, in.u8(at), h, v, in.u8(at + 2));
            maxH = Math.max(maxH, h);
            maxV = Math.max(maxV, v);
        }
        layOut(found);
        components = found;
        if (code == 0xc2) {
            progression = new JpegProgression(in, count);
        }
    }

    private void layOut(JpegComponent[] found) {
        int unitsWide = ceilDiv(width, 8 * maxH);
        int unitsHigh = unitsHigh();
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

    private int unitsHigh() {
        return ceilDiv(height, 8 * maxV);
    }

    private static int ceilDiv(int a, int b) {
        return (a + b - 1) / b;
    }

    private JpegScan readScanHeader(boolean first) {
        int start = input.position();
        int length = in.u16be(start);
        int body = start + 2;
        if (components.length == 0) {
            throw in.malformed("a scan before the frame header, at offset " + body);
        }
        need(body, 1);
        int count = in.u8(body);
        if (count < 1 || count > 4 || length != 6 + 2 * count) {
            throw in.malformed("broken scan header at offset " + body);
        }
        JpegComponent[] members = new JpegComponent[components.length];
        JpegComponent[] inOrder = new JpegComponent[count];
        for (int i = 0; i < count; i++) {
            need(body + 1 + 2 * i, 2);
            inOrder[i] = component(in.u8(body + 1 + 2 * i), members, inOrder, i);
        }
        int at = body + 1 + 2 * count;
        need(at, 3);
        if (!first && components[0].samples != null) {
            throw in.malformed("a second scan of all components, at offset " + body);
        }
        JpegProgression.Band band = progression == null
                ? null
                : new JpegProgression.Band(in.u8(at), in.u8(at + 1), in.u8(at + 2) >> 4, in.u8(at + 2) & 15);
        checkUnit(inOrder);
        latchQuantTables(inOrder);
        if (band != null) {
            progression.scan(band, Arrays.stream(inOrder).mapToInt(c -> c.index).toArray());
        }
        for (int i = 0; i < count; i++) {
            int tables = in.u8(body + 2 + 2 * i);
            boolean needsDc = band == null || (band.from() == 0 && band.high() == 0);
            boolean needsAc = band == null || band.from() > 0;
            inOrder[i].dc = needsDc ? table(0, tables >> 4) : null;
            inOrder[i].ac = needsAc ? table(1, tables & 15) : null;
        }
        input.position(start + length);
        boolean wholeImage = first && progression == null && count == components.length;
        JpegScan scan = new JpegScan(input, inOrder, wholeImage, band, restartInterval, maxH, maxV, width, height);
        if (first) {
            allocate(wholeImage);
        }
        visits += scan.blocks();
        if (visits > FREE_VISITS + MAX_VISITS_PER_BYTE * scanBytes) {
            throw in.error(
                    ImageFormatException.Kind.LIMIT,
                    "its scans have " + scanBytes + " bytes and pass over more than "
                            + (FREE_VISITS + MAX_VISITS_PER_BYTE * scanBytes) + " blocks");
        }
        return scan;
    }

    /**
     * The component of a scan. Where several have the same number libjpeg takes the first whose position in the list of
     * members is free.
     */
    private JpegComponent component(int id, JpegComponent[] taken, JpegComponent[] inOrder, int count) {
        for (JpegComponent component : components) {
            if (component.id == id && taken[component.index] == null) {
                for (int i = 0; i < count; i++) {
                    if (inOrder[i] == component) {
                        throw in.malformed("component " + id + " twice in a scan");
                    }
                }
                taken[count] = component;
                return component;
            }
        }
        throw in.malformed("a scan of component " + id + ", which the frame does not have");
    }

    private void checkUnit(JpegComponent[] members) {
        int blocks = Arrays.stream(members).mapToInt(c -> c.h * c.v).sum();
        if (members.length > 1 && blocks > MAX_BLOCKS_IN_UNIT) {
            throw in.malformed(
                    "a scan with " + blocks + " blocks in a unit, at most " + MAX_BLOCKS_IN_UNIT + " are allowed");
        }
    }

    private void latchQuantTables(JpegComponent[] members) {
        for (JpegComponent member : members) {
            if (member.quant == null) {
                member.quant = member.quantTable > 3 ? null : quantTables[member.quantTable];
                if (member.quant == null) {
                    throw in.malformed("quantization table " + member.quantTable + " is not defined");
                }
            }
        }
    }

    /** A table of the file, or of a sequential image without it the standard one. */
    private HuffmanTable table(int type, int id) {
        HuffmanTable table = id > 3 ? null : huffman[type][id];
        if (table == null && progression == null && id < 2) {
            table = HuffmanTable.standard(type, id);
        }
        String name = (type == 0 ? "DC" : "AC") + " Huffman table " + id;
        if (table == null) {
            throw in.malformed(name + " is not defined");
        }
        if (!table.valid || (type == 0 && table.hasSymbolAbove(15))) {
            throw in.malformed(name + " is no prefix code" + (type == 0 ? " for numbers of bits" : ""));
        }
        return table;
    }

    /** Memory for the samples, or for all coefficients when they arrive in several scans. */
    private void allocate(boolean wholeImage) {
        long blocks = 0;
        long largest = (long) width * height * components.length;
        for (JpegComponent c : components) {
            long own = (long) c.storedWide * c.storedHigh;
            blocks += own;
            largest = Math.max(largest, 64 * own);
        }
        scanBytes = input.scanBytes(input.position());
        // Each block takes one bit at least, in its first scan.
        if (blocks > 8 * (scanBytes + 1)) {
            throw in.truncated(scanBytes + " bytes of scan data cannot hold " + blocks + " blocks of pixels");
        }
        long blockBytes = wholeImage ? 64 : 3 * 64 + (progression == null ? 0 : 1);
        in.checkMemory(blocks * blockBytes + (long) width * height * components.length, largest);
        for (JpegComponent c : components) {
            int own = c.storedWide * c.storedHigh;
            if (wholeImage) {
                c.samples = new byte[64 * own];
            } else {
                c.coefficients = new short[64 * own];
                c.reach = progression == null ? null : new byte[own];
            }
        }
    }

    private void transformCoefficients(JpegComponent c, JpegSmoothing smoothing) {
        c.samples = new byte[c.coefficients.length];
        if (c.quant == null) {
            in.damage("no scan of component " + c.id);
            c.quant = new int[64];
        }
        short[] block = new short[64];
        int[] work = new int[64];
        for (int y = 0; y < c.blocksHigh; y++) {
            for (int x = 0; x < c.blocksWide; x++) {
                System.arraycopy(c.coefficients, (y * c.storedWide + x) * 64, block, 0, 64);
                int any = smoothing == null ? content(block) : smoothing.estimate(block, x, y);
                InverseDct.transform(any, block, 0, c.quant, work, c.samples, 8 * (y * c.stride() + x), c.stride());
            }
        }
    }

    private static int content(short[] block) {
        int first = 0;
        for (int i = 1; i < 8; i++) {
            first |= block[i];
        }
        int others = 0;
        for (int i = 8; i < 64; i++) {
            others |= block[i];
        }
        return others != 0 ? 2 : first != 0 ? 1 : 0;
    }

    private void transformCoefficients() {
        boolean smooth = progression != null && JpegSmoothing.applies(components, progression);
        if (smooth) {
            in.damage("scans are missing, or do not hold all");
        }
        for (JpegComponent c : components) {
            transformCoefficients(
                    c, smooth ? JpegSmoothing.of(components, c.index, progression, lastGoodRow, unitsHigh()) : null);
            c.coefficients = null;
            c.reach = null;
        }
    }

    private DecodedImage image(JpegColor color) {
        if (components[0].samples == null) {
            transformCoefficients();
        }
        int count = components.length;
        byte[] pixels = new byte[width * height * count];
        JpegUpsampler[] upsamplers = new JpegUpsampler[count];
        byte[][] rows = new byte[count][];
        for (int i = 0; i < count; i++) {
            upsamplers[i] = JpegUpsampler.of(components[i], maxH, maxV);
            rows[i] = new byte[width + 8];
        }
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
