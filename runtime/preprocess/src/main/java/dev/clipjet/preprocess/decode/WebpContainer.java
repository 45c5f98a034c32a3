package dev.clipjet.preprocess.decode;

/**
 * The chunks of a WebP file, checked as libwebp's demultiplexer does, and of an animation as far as its first frame: where the
 * image data lies, and on which canvas.
 */
final class WebpContainer {

    private static final int ALPHA_FLAG = 0x10;
    private static final int EXIF_FLAG = 0x08;
    private static final int ANIMATION_FLAG = 0x02;

    /** ICC, alpha, EXIF, XMP and animation; files with others are refused. */
    private static final int KNOWN_FLAGS = 0x3e;

    private static final int HEADER = 8; // name and size of a chunk
    private static final long MAX_CHUNK = 0xffffffffL - HEADER - 1;
    private static final int RIFF = 12;
    private static final int FRAME_HEADER = 16;
    private static final long MAX_AREA = 1L << 32;

    /** Image data, with the padding byte that libwebp's readers may use. */
    record Frame(int left, int top, int chunk, int end, boolean lossless, int alphaChunk, int alphaEnd) {}

    private final ImageBytes in;
    private int end;
    private int flags;
    private boolean extended;
    private int canvasWidth;
    private int canvasHeight;
    private boolean hasAlpha;
    private Frame first;
    private int frames;
    private int at;
    private int orientation = 1;

    private WebpContainer(ImageBytes in) {
        this.in = in;
    }

    static WebpContainer of(ImageBytes in) {
        WebpContainer container = new WebpContainer(in);
        container.read();
        return container;
    }

    Frame frame() {
        return first;
    }

    int canvasWidth() {
        return canvasWidth;
    }

    int canvasHeight() {
        return canvasHeight;
    }

    /** Whether the picture has an alpha channel. */
    boolean hasAlpha() {
        return hasAlpha;
    }

    int orientation() {
        return orientation;
    }

    private boolean animated() {
        return (flags & ANIMATION_FLAG) != 0;
    }

    private void read() {
        in.need(0, RIFF + HEADER, "the header");
        long riff = in.u32le(4);
        if (riff < HEADER + 4 || riff > MAX_CHUNK) {
            throw in.malformed("the container says it has " + riff + " bytes");
        }
        in.need(HEADER, riff, "the RIFF container");
        end = (int) riff + HEADER;
        at = RIFF;
        if (in.hasAscii(RIFF, "VP8X")) {
            readExtendedHeader();
            readChunks();
            checkExtended();
        } else if (in.hasAscii(RIFF, "VP8 ") || in.hasAscii(RIFF, "VP8L")) {
            first = readImage(0, 0, end);
            if (first == null) {
                throw in.truncated("there is no image data");
            }
            canvasWidth = width(first);
            canvasHeight = height(first);
            hasAlpha = first.lossless && losslessAlpha(first);
        } else {
            throw in.unsupported("WebP without VP8, VP8L or VP8X chunk");
        }
        in.checkPicture(canvasWidth, canvasHeight);
    }

    private long size(int chunk) {
        long size = in.u32le(chunk + 4);
        if (size > MAX_CHUNK || chunk + HEADER + size + (size & 1) > end) {
            throw in.truncated("the chunk at offset " + chunk + " says it has " + size + " bytes");
        }
        return size;
    }

    private int after(int chunk) {
        long size = size(chunk);
        return (int) (chunk + HEADER + size + (size & 1));
    }

    private void needChunk() {
        if (at + HEADER > end) {
            throw in.truncated("the container ends within the chunk at offset " + at);
        }
    }

    private void readExtendedHeader() {
        if (in.u32le(RIFF + 4) != 10) {
            throw in.malformed("the extended header has " + in.u32le(RIFF + 4) + " bytes");
        }
        at = after(RIFF);
        extended = true;
        flags = in.u8(20);
        canvasWidth = in.u24le(24) + 1;
        canvasHeight = in.u24le(27) + 1;
        if ((long) canvasWidth * canvasHeight >= MAX_AREA) {
            throw in.malformed("a canvas of " + canvasWidth + "x" + canvasHeight + " pixels");
        }
        in.checkSize(canvasWidth, canvasHeight);
        hasAlpha = (flags & ALPHA_FLAG) != 0;
    }

    private void readChunks() {
        boolean animation = false;
        needChunk();
        while (true) {
            String name = in.ascii(at, 4);
            int next = after(at);
            switch (name) {
                case "VP8X" -> throw in.malformed("a second extended header at offset " + at);
                case "ALPH", "VP8 ", "VP8L" -> {
                    if (animation || animated() || frames > 0) {
                        throw in.malformed("image data between the frames, at offset " + at);
                    }
                    Frame image = readImage(0, 0, end);
                    frames++;
                    if (image == null) {
                        throw in.malformed("the alpha plane has no image");
                    }
                    first = image;
                }
                case "ANIM" -> {
                    if (next - at - HEADER < 6) {
                        throw in.malformed("the animation header at offset " + at + " is too short");
                    }
                    animation = true;
                    at = next;
                }
                case "ANMF" -> {
                    if (!animation) {
                        throw in.malformed("a frame before the animation header, at offset " + at);
                    }
                    readAnimationFrame(next);
                }
                default -> {
                    if (name.equals("EXIF") && (flags & EXIF_FLAG) != 0) {
                        readExif(at, (int) size(at));
                    }
                    at = next;
                }
            }
            if (at == end) {
                return;
            }
            needChunk();
        }
    }

    private void readExif(int chunk, int length) {
        // Some writers repeat the JPEG prefix.
        int skip = in.hasAscii(chunk + HEADER, "Exif\0\0") ? 6 : 0;
        if (length >= skip) {
            orientation = ExifOrientation.of(in.data(), chunk + HEADER + skip, length - skip);
        }
    }

    private void readAnimationFrame(int next) {
        int chunk = at;
        if (next - chunk - HEADER < FRAME_HEADER) {
            throw in.malformed("the animation frame at offset " + chunk + " has no header");
        }
        int body = chunk + HEADER;
        long w = in.u24le(body + 6) + 1L;
        long h = in.u24le(body + 9) + 1L;
        if (w * h >= MAX_AREA) {
            throw in.malformed("an animation frame of " + w + "x" + h + " pixels");
        }
        at = body + FRAME_HEADER;
        if (at + HEADER > end) {
            throw in.truncated("the animation frame at offset " + chunk + " is empty");
        }
        Frame frame = readImage(2 * in.u24le(body), 2 * in.u24le(body + 3), next);
        if (at > next) {
            throw in.malformed("the image data of the frame at offset " + chunk + " reaches beyond it");
        }
        if (frame != null && animated()) {
            if (first == null) {
                first = frame;
            }
            checkBounds(frame);
            frames++;
        }
    }

    /** Reads an alpha plane and image data that follow each other; null where there are none. */
    private Frame readImage(int left, int top, int limit) {
        int alpha = 0;
        int alphaEnd = 0;
        while (true) {
            boolean lossless = in.hasAscii(at, "VP8L");
            int next = at + HEADER <= end ? after(at) : end;
            if (in.hasAscii(at, "ALPH") && alpha == 0) {
                alpha = at;
                alphaEnd = (int) (at + HEADER + size(at));
                at = next;
            } else if (lossless || in.hasAscii(at, "VP8 ")) {
                if (lossless && alpha != 0) {
                    throw in.malformed("lossless image data with an alpha plane, at offset " + at);
                }
                Frame frame = new Frame(left, top, at, next, lossless, alpha, alphaEnd);
                checkFeatures(frame);
                at = next;
                checkBehind();
                return frame;
            } else if (alpha != 0) {
                throw in.malformed("the alpha plane at offset " + alpha + " has no image");
            } else {
                return null;
            }
            if (at == end) {
                throw in.malformed("the alpha plane at offset " + alpha + " has no image");
            }
            needChunk();
        }
    }

    /** Behind an image there must be the end or a whole chunk, and in extended files not an alpha plane. */
    private void checkBehind() {
        if (at == end) {
            return;
        }
        needChunk();
        size(at);
        if (extended && in.hasAscii(at, "ALPH")) {
            throw in.malformed("an alpha plane behind its image, at offset " + at);
        }
    }

    private void checkFeatures(Frame frame) {
        int body = frame.chunk + HEADER;
        if (frame.lossless) {
            in.need(body, 5, "the lossless image");
            if (in.u8(body) != 0x2f || in.u8(body + 4) >> 5 != 0) {
                throw in.malformed("the lossless image at offset " + body + " has no signature");
            }
            return;
        }
        in.need(body, 10, "the lossy image");
        int tag = in.u24le(body);
        boolean known = in.u8(body + 3) == 0x9d && in.u8(body + 4) == 1 && in.u8(body + 5) == 0x2a;
        if (!known || (tag & 1) != 0 || (tag >> 1 & 7) > 3 || (tag >> 4 & 1) == 0) {
            throw in.malformed("the lossy image at offset " + body + " is no visible key frame");
        }
        if (tag >> 5 >= size(frame.chunk)) {
            throw in.truncated("the first partition says it has " + (tag >> 5) + " bytes");
        }
        if (width(frame) == 0 || height(frame) == 0) {
            throw in.malformed("the lossy image at offset " + body + " is empty");
        }
    }

    private int width(Frame frame) {
        int body = frame.chunk + HEADER;
        return frame.lossless ? (in.i32le(body + 1) & 0x3fff) + 1 : in.u16le(body + 6) & 0x3fff;
    }

    private int height(Frame frame) {
        int body = frame.chunk + HEADER;
        return frame.lossless ? (in.i32le(body + 1) >> 14 & 0x3fff) + 1 : in.u16le(body + 8) & 0x3fff;
    }

    private boolean losslessAlpha(Frame frame) {
        return (in.i32le(frame.chunk + HEADER + 1) >> 28 & 1) != 0;
    }

    private void checkBounds(Frame frame) {
        if (frame.left + width(frame) > canvasWidth || frame.top + height(frame) > canvasHeight) {
            throw in.malformed(
                    "an animation frame of " + width(frame) + "x" + height(frame) + " pixels at " + frame.left + ","
                            + frame.top + " reaches outside its canvas of " + canvasWidth + "x" + canvasHeight);
        }
    }

    private void checkExtended() {
        if (first == null) {
            throw in.truncated("there is no image data");
        }
        if ((flags & ~KNOWN_FLAGS) != 0) {
            throw in.malformed("unknown flags " + Integer.toHexString(flags) + " in the extended header");
        }
        if (animated()) {
            return;
        }
        if (width(first) != canvasWidth || height(first) != canvasHeight) {
            throw in.malformed("the image has " + width(first) + "x" + height(first) + " pixels, its canvas "
                    + canvasWidth + "x" + canvasHeight);
        }
        // Without the flag an alpha plane gives the picture an alpha channel, but is not decoded.
        if (first.lossless) {
            hasAlpha = losslessAlpha(first);
        } else if (first.alphaChunk != 0) {
            if (!hasAlpha) {
                first = new Frame(0, 0, first.chunk, first.end, false, 0, 0);
            }
            hasAlpha = true;
        }
    }

    boolean isAnimation() {
        return extended && animated();
    }
}
