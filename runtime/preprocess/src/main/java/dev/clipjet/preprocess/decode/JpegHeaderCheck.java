package dev.clipjet.preprocess.decode;

/**
 * What Pillow asks of the segments before the first scan: it reads them itself, and stricter in places, before libjpeg sees
 * the file.
 */
final class JpegHeaderCheck {

    private final ImageBytes in;

    private JpegHeaderCheck(ImageBytes in) {
        this.in = in;
    }

    /** Refuses files whose header Pillow refuses. */
    static void check(ImageBytes in) {
        new JpegHeaderCheck(in).check();
    }

    private void check() {
        if (in.length() < 3) {
            throw in.truncated("the file ends without image data");
        }
        if (in.u8(2) != 0xff) {
            throw in.malformed("no marker follows the start of the image");
        }
        int at = 2;
        while (true) {
            while (at < in.length() && in.u8(at) != 0xff) {
                at++;
            }
            while (at + 1 < in.length() && in.u8(at + 1) == 0xff) {
                at++;
            }
            if (at + 1 >= in.length()) {
                throw in.truncated("the file ends without image data");
            }
            int code = in.u8(at + 1);
            at += 2;
            if (code == 0) {
                continue;
            }
            if (code < 0xc0) {
                throw in.malformed("0xff" + Integer.toHexString(code) + " at offset " + (at - 2) + " is no marker");
            }
            if (hasSegment(code)) {
                in.need(at, 2, "the segment of marker 0xff" + Integer.toHexString(code));
                int length = Math.max(in.u16be(at), 2);
                in.need(at, length, "the segment of marker 0xff" + Integer.toHexString(code));
                segment(code, at + 2, at + length);
                if (code == 0xda) {
                    return;
                }
                at += length;
            }
        }
    }

    private static boolean hasSegment(int code) {
        return code != 0xc8 && (code < 0xd0 || code > 0xd9) && (code < 0xf0 || code == 0xfe);
    }

    private void segment(int code, int body, int end) {
        if (code == 0xdb) {
            quantizers(body, end);
        } else if (code == 0xde || (code >= 0xc0 && code <= 0xcf && code != 0xc4 && code != 0xcc)) {
            frame(body, end);
        } else if (begins(code == 0xe0, "JFIF", body, end) || begins(code == 0xee, "Adobe", body, end)) {
            if (end - body < 7) {
                throw in.malformed("the segment at offset " + (body - 4) + " is too short");
            }
        }
    }

    private boolean begins(boolean possible, String text, int body, int end) {
        return possible && end - body >= text.length() && in.hasAscii(body, text);
    }

    private void quantizers(int body, int end) {
        int at = body;
        while (at < end) {
            int bytes = 1 + ((in.u8(at) >> 4) == 0 ? 64 : 128);
            if (bytes > end - at) {
                throw in.malformed("broken quantization table at offset " + at);
            }
            at += bytes;
        }
    }

    private void frame(int body, int end) {
        if (end - body < 6 || (end - body) % 3 != 0) {
            throw in.malformed("the frame header at offset " + body + " is too short");
        }
        if (in.u8(body) != 8) {
            throw in.unsupported("JPEG with " + in.u8(body) + " bits per sample");
        }
        int count = in.u8(body + 5);
        if (count != 1 && count != 3 && count != 4) {
            throw in.unsupported("JPEG with " + count + " components");
        }
        in.checkSize(in.u16be(body + 3), in.u16be(body + 1));
    }
}
