package dev.clipjet.ptx.decode;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Types of PTX, and how wide they are. */
public enum PtxType {
    /** Predicate. */
    PRED(1, 'p'),
    /** Untyped. */
    B8(8, 'b'),
    /** Untyped. */
    B16(16, 'b'),
    /** Untyped. */
    B32(32, 'b'),
    /** Untyped. */
    B64(64, 'b'),
    /** Untyped. */
    B128(128, 'b'),
    /** Unsigned. */
    U8(8, 'u'),
    /** Unsigned. */
    U16(16, 'u'),
    /** Unsigned. */
    U32(32, 'u'),
    /** Unsigned. */
    U64(64, 'u'),
    /** Signed. */
    S8(8, 's'),
    /** Signed. */
    S16(16, 's'),
    /** Signed. */
    S32(32, 's'),
    /** Signed. */
    S64(64, 's'),
    /** IEEE half. */
    F16(16, 'f'),
    /** Two halves. */
    F16X2(32, 'f'),
    /** Upper half of a float. */
    BF16(16, 'f'),
    /** Two of them. */
    BF16X2(32, 'f'),
    /** Float of which the upper 19 bits count. */
    TF32(32, 'f'),
    /** IEEE single. */
    F32(32, 'f'),
    /** IEEE double. */
    F64(64, 'f');

    private static final Map<String, PtxType> BY_NAME = new HashMap<>();

    static {
        for (PtxType type : values()) {
            BY_NAME.put(type.name().toLowerCase(Locale.ROOT), type);
        }
    }

    private final int bits;
    private final char family;

    PtxType(int bits, char family) {
        this.bits = bits;
        this.family = family;
    }

    /** The type of a name without dot, or null. */
    public static PtxType of(String name) {
        return BY_NAME.get(name);
    }

    /** Width in bits. */
    public int bits() {
        return bits;
    }

    /** Size in memory. */
    public int bytes() {
        return Math.max(1, bits / 8);
    }

    /** Whether it is a floating-point type. */
    public boolean isFloat() {
        return family == 'f';
    }

    /** Whether it is a signed integer. */
    public boolean isSigned() {
        return family == 's';
    }

    /** Whether it is a signed, unsigned or untyped integer. */
    public boolean isInteger() {
        return family == 's' || family == 'u' || family == 'b';
    }

    /** Whether it is an unsigned integer. */
    public boolean isUnsigned() {
        return family == 'u';
    }

    /** Whether it is a type of values that are moved and chosen whole: 16 to 64 bits, but no half and no packed values. */
    public boolean isFundamental() {
        return this == F32 || this == F64 || isInteger() && bits >= 16 && bits <= 64;
    }

    /** Whether values lie in 64-bit registers. */
    public boolean isLong() {
        return bits == 64;
    }

    @Override
    public String toString() {
        return "." + name().toLowerCase(Locale.ROOT);
    }
}
