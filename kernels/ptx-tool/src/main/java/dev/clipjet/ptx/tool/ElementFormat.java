package dev.clipjet.ptx.tool;

import com.fasterxml.jackson.core.io.NumberOutput;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Types of scalar arguments and of the elements of buffers, little-endian. */
enum ElementFormat {
    I8(1, false, true),
    U8(1, false, false),
    I16(2, false, true),
    U16(2, false, false),
    I32(4, false, true),
    U32(4, false, false),
    I64(8, false, true),
    U64(8, false, false),
    F16(2, true, true),
    BF16(2, true, true),
    F32(4, true, true),
    F64(8, true, true);

    private static final SmallFloat HALF = new SmallFloat(10, 5);
    private static final SmallFloat BRAIN = new SmallFloat(7, 8);

    private final int bytes;
    private final boolean fraction;
    private final boolean signed;

    ElementFormat(int bytes, boolean fraction, boolean signed) {
        this.bytes = bytes;
        this.fraction = fraction;
        this.signed = signed;
    }

    /** The format of a name; {@code s32} and {@code b32} are known too. */
    static ElementFormat of(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        for (ElementFormat format : values()) {
            if (format.label().equals(wanted)
                    || !format.fraction && format.signed && ("s" + 8 * format.bytes).equals(wanted)
                    || !format.fraction && !format.signed && ("b" + 8 * format.bytes).equals(wanted)) {
                return format;
            }
        }
        throw new UsageException("unknown type " + name + "; types are "
                + Arrays.stream(values()).map(ElementFormat::label).collect(Collectors.joining(" ")));
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Size in bytes. */
    int bytes() {
        return bytes;
    }

    boolean fraction() {
        return fraction;
    }

    boolean signed() {
        return signed;
    }

    /** Reads a number as written on the command line and puts it at an offset. */
    void parse(String text, ByteBuffer to, int at) {
        try {
            if (fraction) {
                String number = text.replaceAll("(?i)^([+-]?)inf(inity)?$", "$1Infinity")
                        .replaceAll("(?i)^nan$", "NaN");
                if (this == F32) {
                    to.putFloat(at, Float.parseFloat(number));
                } else {
                    putDouble(Double.parseDouble(number), to, at);
                }
            } else {
                putLong(integer(text), to, at);
            }
        } catch (NumberFormatException wrong) {
            throw new UsageException(text + " is no value of type " + label());
        }
    }

    private long integer(String text) {
        boolean minus = text.startsWith("-");
        String digits = minus ? text.substring(1) : text;
        boolean hex = digits.startsWith("0x") || digits.startsWith("0X");
        if (digits.startsWith("+") || digits.startsWith("-") || hex && digits.startsWith("-", 2)) {
            throw new NumberFormatException(text);
        }
        long magnitude = hex ? Long.parseUnsignedLong(digits.substring(2), 16) : Long.parseUnsignedLong(digits);
        long value = minus ? -magnitude : magnitude;
        boolean fits;
        if (bytes == 8) {
            // 2^63 is itself negative: as a negative number it is right, as a positive one only without sign or in hex.
            fits = minus ? signed && value <= 0 : magnitude >= 0 || !signed || hex;
        } else {
            long top = 1L << 8 * bytes;
            fits = minus
                    ? signed && magnitude >= 0 && magnitude <= top / 2
                    : magnitude >= 0 && magnitude < (signed && !hex ? top / 2 : top);
        }
        if (!fits) {
            throw new NumberFormatException(text);
        }
        return value;
    }

    /** Puts an integer, cut to the width or rounded to the nearest fraction. */
    void putLong(long value, ByteBuffer to, int at) {
        if (fraction) {
            putDouble(value, to, at);
            return;
        }
        switch (bytes) {
            case 1 -> to.put(at, (byte) value);
            case 2 -> to.putShort(at, (short) value);
            case 4 -> to.putInt(at, (int) value);
            default -> to.putLong(at, value);
        }
    }

    /** Puts a number, rounded to the nearest of a fraction format. */
    void putDouble(double value, ByteBuffer to, int at) {
        switch (this) {
            case F16 -> to.putShort(at, (short) HALF.encode(value));
            case BF16 -> to.putShort(at, (short) BRAIN.encode(value));
            case F32 -> to.putFloat(at, (float) value);
            case F64 -> to.putDouble(at, value);
            default -> putLong((long) value, to, at);
        }
    }

    /** The value at an offset, integers of 64 bits rounded. */
    double number(ByteBuffer from, int at) {
        return switch (this) {
            case F16 -> HALF.decode(from.getShort(at));
            case BF16 -> BRAIN.decode(from.getShort(at));
            case F32 -> from.getFloat(at);
            case F64 -> from.getDouble(at);
            default -> Double.parseDouble(text(from, at));
        };
    }

    /** The value at an offset, in the fewest digits that give it again. */
    String text(ByteBuffer from, int at) {
        return switch (this) {
            case I8 -> Integer.toString(from.get(at));
            case U8 -> Integer.toString(from.get(at) & 0xff);
            case I16 -> Integer.toString(from.getShort(at));
            case U16 -> Integer.toString(from.getShort(at) & 0xffff);
            case I32 -> Integer.toString(from.getInt(at));
            case U32 -> Integer.toUnsignedString(from.getInt(at));
            case I64 -> Long.toString(from.getLong(at));
            case U64 -> Long.toUnsignedString(from.getLong(at));
            // The JDK's own Float.toString gives more digits than needed before version 19.
            case F16, BF16, F32 -> NumberOutput.toString((float) number(from, at), true);
            case F64 -> NumberOutput.toString(from.getDouble(at), true);
        };
    }
}
