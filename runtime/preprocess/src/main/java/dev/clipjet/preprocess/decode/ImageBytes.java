package dev.clipjet.preprocess.decode;

import dev.clipjet.error.ImageFormatException;
import dev.clipjet.error.ImageFormatException.Kind;
import dev.clipjet.preprocess.DecodeMemory;
import dev.clipjet.preprocess.DecodeOptions;
import java.nio.charset.StandardCharsets;

/** A file in memory, with checked access and the errors that name it. */
public final class ImageBytes {

    private final byte[] data;
    private final String name;
    private final DecodeOptions options;
    private final DecodeMemory.Share share;
    private String damage;

    public ImageBytes(byte[] data, String name, DecodeOptions options, DecodeMemory.Share share) {
        this.data = data;
        this.name = name;
        this.options = options;
        this.share = share;
    }

    byte[] data() {
        return data;
    }

    public int length() {
        return data.length;
    }

    /** Fails unless {@code count} bytes are there. */
    void need(long offset, long count, String what) {
        if (offset < 0 || count < 0 || offset + count > data.length) {
            throw error(
                    Kind.TRUNCATED,
                    what + " needs " + count + " bytes at offset " + offset + ", the file has " + data.length);
        }
    }

    int u8(int offset) {
        return data[offset] & 0xff;
    }

    int u16le(int offset) {
        return u8(offset) | u8(offset + 1) << 8;
    }

    int u16be(int offset) {
        return u8(offset) << 8 | u8(offset + 1);
    }

    int u24le(int offset) {
        return u16le(offset) | u8(offset + 2) << 16;
    }

    int i32le(int offset) {
        return u16le(offset) | u16le(offset + 2) << 16;
    }

    int i32be(int offset) {
        return u16be(offset) << 16 | u16be(offset + 2);
    }

    long u32le(int offset) {
        return i32le(offset) & 0xffffffffL;
    }

    long u32be(int offset) {
        return i32be(offset) & 0xffffffffL;
    }

    /** Whether these ASCII characters stand at the offset. */
    public boolean hasAscii(int offset, String text) {
        byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
        if (offset + wanted.length > data.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (data[offset + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    /** Bytes as ASCII characters. */
    String ascii(int offset, int count) {
        return new String(data, offset, count, StandardCharsets.ISO_8859_1);
    }

    /** Checks a size from a header before anything is allocated for it. */
    void checkSize(long width, long height) {
        if (width <= 0 || height <= 0) {
            throw malformed("the header says " + width + "x" + height + " pixels");
        }
        if (width > options.maxPixels() / height) {
            throw error(
                    Kind.LIMIT,
                    "the header says " + width + "x" + height + " pixels, the limit is " + options.maxPixels()
                            + " pixels");
        }
    }

    /** Checks the size of the picture itself, once it is certain and before anything is allocated for it. */
    void checkPicture(long width, long height) {
        checkSize(width, height);
        try {
            options.sizeCheck().check((int) width, (int) height);
        } catch (RuntimeException e) {
            if (!options.applyExifOrientation()) {
                throw e;
            }
            options.sizeCheck().check((int) height, (int) width); // it may be turned yet
        }
    }

    /** Checks what decoding is going to allocate, and that the largest array of it is possible; waits until there is room. */
    void checkMemory(long total, long largestArray) {
        checkLimit(total, largestArray);
        share.take(total, name);
    }

    /** The same for what is not allocated yet: only the limit. */
    void checkLimit(long total, long largestArray) {
        if (largestArray > Integer.MAX_VALUE - 8 || total > options.maxBytes()) {
            throw error(
                    Kind.LIMIT,
                    "decoding needs " + total + " bytes of memory, the limit is "
                            + Math.min(options.maxBytes(), Integer.MAX_VALUE - 8));
        }
    }

    /**
     * Notes that the file is damaged in a way that the picture survives, or refuses it where that is wanted. Only the first
     * damage is kept.
     */
    void damage(String problem) {
        if (options.refuseDamaged()) {
            throw malformed(problem);
        }
        if (damage == null) {
            damage = problem;
        }
    }

    /** The first damage, or null. */
    public String damage() {
        return damage;
    }

    ImageFormatException malformed(String problem) {
        return error(Kind.MALFORMED, problem);
    }

    ImageFormatException truncated(String problem) {
        return error(Kind.TRUNCATED, problem);
    }

    ImageFormatException unsupported(String problem) {
        return error(Kind.UNSUPPORTED, problem);
    }

    public ImageFormatException error(Kind kind, String problem) {
        return new ImageFormatException(kind, name, problem);
    }
}
