package dev.clipjet.kernels.gpu;

import dev.clipjet.memory.DType;

/** Element types in which the GPU keeps weights and activations. Sums are float32 whatever the storage. */
public enum StorageType {
    F16(DType.F16, "f16"),
    BF16(DType.BF16, "bf16"),
    F32(DType.F32, "f32");

    private final DType dtype;
    private final String suffix;

    StorageType(DType dtype, String suffix) {
        this.dtype = dtype;
        this.suffix = suffix;
    }

    /** The element type in memory. */
    public DType dtype() {
        return dtype;
    }

    /** Bytes of an element. */
    public int bytes() {
        return dtype.bytes();
    }

    /** How entries for this type end: {@code gather_rows_f16}. */
    public String suffix() {
        return suffix;
    }
}
