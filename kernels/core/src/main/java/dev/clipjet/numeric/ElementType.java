package dev.clipjet.numeric;

import java.util.List;
import java.util.Optional;

/**
 * Types of a tensor's elements, in files and in memory. Little endian, row-major. Towers compute with the {@linkplain
 * #computing() three} that have a {@link #label()}.
 */
public enum ElementType {
    BOOL(1),
    U8(1),
    I8(1),
    U16(2),
    I16(2),
    /** 16-bit floats of IEEE 754. */
    F16(2, "fp16", "f16"),
    /** 16-bit floats with the range of float32. */
    BF16(2, "bf16", "bf16"),
    U32(4),
    I32(4),
    /** 32-bit floats of IEEE 754. */
    F32(4, "fp32", "f32"),
    U64(8),
    I64(8),
    F64(8);

    private static final List<ElementType> COMPUTING = List.of(F32, F16, BF16);

    private final int bytes;
    private final String label;
    private final String kernelCode;

    ElementType(int bytes) {
        this(bytes, null, null);
    }

    ElementType(int bytes, String label, String kernelCode) {
        this.bytes = bytes;
        this.label = label;
        this.kernelCode = kernelCode;
    }

    /** The types in which towers keep weights and activations: F32, F16 and BF16. Sums are float32 whatever the type. */
    public static List<ElementType> computing() {
        return COMPUTING;
    }

    /** The computing type of a {@link #label()}, if there is one. */
    public static Optional<ElementType> ofLabel(String label) {
        return COMPUTING.stream().filter(type -> type.label.equals(label)).findFirst();
    }

    /** Bytes per element. */
    public int bytes() {
        return bytes;
    }

    /** True for the types whose values are floating-point numbers. */
    public boolean isFloatingPoint() {
        return this == F16 || this == BF16 || this == F32 || this == F64;
    }

    /** True for the types that towers compute with. */
    public boolean isComputing() {
        return label != null;
    }

    /**
     * What users call it: {@code fp16}, {@code bf16} or {@code fp32}.
     *
     * @throws IllegalArgumentException if towers do not compute with it
     */
    public String label() {
        return requireComputing().label;
    }

    /**
     * How the entries of GPU kernels for this type end: {@code f16} in {@code gather_rows_f16}.
     *
     * @throws IllegalArgumentException if towers do not compute with it
     */
    public String kernelCode() {
        return requireComputing().kernelCode;
    }

    /**
     * This type.
     *
     * @throws IllegalArgumentException if towers do not compute with it
     */
    public ElementType requireComputing() {
        if (label == null) {
            throw unexpected();
        }
        return this;
    }

    /** For the last branch of a {@code switch} over the computing types. */
    public IllegalArgumentException unexpected() {
        return new IllegalArgumentException("towers compute with " + COMPUTING + ", not with " + this);
    }
}
