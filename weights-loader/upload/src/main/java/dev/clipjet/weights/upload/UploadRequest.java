package dev.clipjet.weights.upload;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;

/**
 * A matrix to upload.
 *
 * @param name by which the uploaded weight is found
 * @param source its elements, at least one
 * @param target element type on the device: F32, F16 or BF16
 * @param layout where its elements go
 */
public record UploadRequest(String name, RowSource source, ElementType target, WeightLayout layout) {
    public UploadRequest {
        if (source.rows() < 1 || source.columns() < 1) {
            throw new InvalidInputException(
                    "weight \"" + name + "\" is empty: " + source.rows() + " x " + source.columns());
        }
        if (!Conversions.isConvertible(target)) {
            throw new InvalidInputException(
                    "weight \"" + name + "\" cannot be uploaded as " + target + "; supported are F32, F16 and BF16");
        }
    }

    /** Row-major, without padding. */
    public UploadRequest(String name, RowSource source, ElementType target) {
        this(name, source, target, RowMajor.PLAIN);
    }

    /** Bytes on the device. */
    public long bytes() {
        return layout.bytes(source.rows(), source.columns(), target.bytes());
    }
}
