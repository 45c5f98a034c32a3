package dev.clipjet.ptx.tensor;

/** The element types of tensor-core operands with floating point. */
public enum Element {
    /** IEEE half precision. */
    F16(10, 15, 0),
    /** Brain float. */
    BF16(7, 127, 16),
    /** TensorFloat: the upper 19 bits of a float; the others are ignored. */
    TF32(10, 127, 0);

    private final int fractionBits;
    private final int bias;
    private final int shift;

    Element(int fractionBits, int bias, int shift) {
        this.fractionBits = fractionBits;
        this.bias = bias;
        this.shift = shift;
    }

    /** Bytes of an element in memory. */
    public int bytes() {
        return this == TF32 ? 4 : 2;
    }

    /** The value of an element's bits: 16 of them, or the 32 of a register for TF32. */
    public float value(int bits) {
        if (this != F16) {
            return Float.intBitsToFloat(bits << shift & 0xffff_e000);
        }
        int magnitude = bits & 0x7fff;
        int sign = (bits & 0x8000) << 16;
        return magnitude < 0x7c00
                ? Float.intBitsToFloat(sign | magnitude << 13) * 0x1p112f
                : Float.intBitsToFloat(sign | magnitude << 13 | 0x7f80_0000);
    }

    /** What orders magnitudes: the element's bits without the sign, and without what TF32 ignores. */
    int magnitude(int bits) {
        return this == TF32 ? bits >>> 13 & 0x3_ffff : bits & 0x7fff;
    }

    /** Whether a {@link #magnitude} is of a finite element. */
    boolean finite(int magnitude) {
        return magnitude >>> fractionBits < 2 * bias + 1;
    }

    /** An element of this {@link #magnitude} is less than 2 to the result. */
    int above(int magnitude) {
        return Math.max(magnitude >>> fractionBits, 1) - bias + 1;
    }

    /** An element of this {@link #magnitude} or more is a multiple of 2 to the result. */
    int unit(int magnitude) {
        return Math.max(magnitude >>> fractionBits, 1) - bias - fractionBits;
    }
}
