package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/** A single number among the tensors, such as the logit scale; some libraries write it with shape [], others with [1]. */
final class StoredScalar {
    private StoredScalar() {}

    /**
     * The number of a name, if the files have it.
     *
     * @throws ModelFormatException if the tensor is no finite floating-point number
     */
    static Optional<Float> find(WeightFiles files, String name) {
        StoredTensor tensor = files.tensors().get(name);
        if (tensor == null) {
            return Optional.empty();
        }
        String place = "tensor \"" + name + "\"";
        if (!tensor.shape().isEmpty() && !tensor.shape().equals(List.of(1L))) {
            throw new ModelFormatException(
                    Kind.MALFORMED,
                    files.origin(name),
                    place,
                    "has shape " + tensor.shape() + ", expected a single number");
        }
        if (!tensor.dtype().isFloatingPoint()) {
            throw new ModelFormatException(Kind.UNSUPPORTED, files.origin(name), place, "has dtype " + tensor.dtype());
        }
        FloatBuffer value = FloatBuffer.allocate(1);
        FloatConversion.toFloat(tensor, value);
        if (!Float.isFinite(value.get(0))) {
            throw new ModelFormatException(
                    Kind.MALFORMED, files.origin(name), place, "is " + value.get(0) + ", expected a number");
        }
        return Optional.of(value.get(0));
    }
}
