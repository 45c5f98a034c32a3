package dev.clipjet.weights.torch;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The bytes of a pickle, read front to back; every announced length is checked before anything is allocated for it. */
final class PickleStream {
    /** Names of classes and modules are short; the longest in torch have some 100 characters. */
    private static final int MAX_LINE = 4096;

    private final Path file;
    private final String entry;
    private final long base;
    private final ByteBuffer bytes;
    private int opcodeAt;

    /**
     * @param file named in errors
     * @param entry name of the pickle within the file, empty if it is part of the file itself
     * @param base position that the first byte is reported as
     * @param bytes the pickle, and perhaps what follows it
     */
    PickleStream(Path file, String entry, long base, ByteBuffer bytes) {
        this.file = file;
        this.entry = entry;
        this.base = base;
        this.bytes = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The next opcode; errors name its position until the next one is read. */
    int opcode() {
        opcodeAt = bytes.position();
        if (!bytes.hasRemaining()) {
            throw error(Kind.TRUNCATED, "the pickle ends before STOP");
        }
        return unsignedByte();
    }

    int unsignedByte() {
        need(1);
        return bytes.get() & 0xff;
    }

    int unsignedShort() {
        need(2);
        return bytes.getShort() & 0xffff;
    }

    int int32() {
        need(4);
        return bytes.getInt();
    }

    long int64() {
        need(8);
        return bytes.getLong();
    }

    /** The one number that a pickle holds in big-endian order. */
    double bigEndianDouble() {
        return Double.longBitsToDouble(Long.reverseBytes(int64()));
    }

    /** {@code length} bytes as text in UTF-8. */
    String text(long length) {
        String text = new String(raw(length), StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            int end = bytes.position();
            try {
                StandardCharsets.UTF_8.newDecoder().decode(bytes.slice(end - (int) length, (int) length));
            } catch (CharacterCodingException e) {
                throw error(Kind.MALFORMED, "a string is not valid UTF-8");
            }
        }
        return text;
    }

    byte[] raw(long length) {
        need(length);
        byte[] raw = new byte[(int) length];
        bytes.get(raw);
        return raw;
    }

    /** Text up to a line feed, which is read too. */
    String line() {
        int start = bytes.position();
        int limit = Math.min(bytes.limit(), start + MAX_LINE);
        for (int i = start; i < limit; i++) {
            if (bytes.get(i) == '\n') {
                String line = text(i - start);
                bytes.get();
                return line;
            }
        }
        throw limit == bytes.limit()
                ? error(Kind.TRUNCATED, "a name has no end")
                : error(Kind.LIMIT, "a name has more than " + MAX_LINE + " bytes");
    }

    private void need(long length) {
        if (length < 0 || length > bytes.remaining()) {
            throw error(
                    Kind.TRUNCATED,
                    "announces " + Long.toUnsignedString(length) + " bytes, " + bytes.remaining() + " are left");
        }
    }

    /** Bytes that were read. */
    int position() {
        return bytes.position();
    }

    /** All bytes, read or not. */
    int size() {
        return bytes.limit();
    }

    /** An error at the current opcode. */
    ModelFormatException error(Kind kind, String problem) {
        return new ModelFormatException(
                kind, file, (entry.isEmpty() ? "" : entry + " ") + "byte " + (base + opcodeAt), problem);
    }
}
