package dev.clipjet.model;

/**
 * Name of a tensor in Clipjet's own naming, the same for every file format; see {@link TensorNames}.
 *
 * @param value for example {@code vision.blocks.3.attn.qkv.weight}
 */
public record CanonicalName(String value) {
    @Override
    public String toString() {
        return value;
    }
}
