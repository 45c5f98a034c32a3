package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.numeric.ElementType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The shapes of the tensors in weight files, with errors that name file and tensor. */
final class TensorShapes {
    private final WeightFiles files;
    private final Map<String, StoredTensor> tensors;

    TensorShapes(WeightFiles files) {
        this.files = files;
        tensors = files.tensors();
    }

    boolean has(String name) {
        return tensors.containsKey(name);
    }

    /** @throws ModelFormatException if there is no such tensor */
    ElementType dtype(String name) {
        return tensor(name).dtype();
    }

    private StoredTensor tensor(String name) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new ModelFormatException(Kind.MALFORMED, files.described(), "tensor \"" + name + "\"", "is missing");
        }
        return tensor;
    }

    /**
     * One size of a tensor.
     *
     * @param axes number of sizes that it has
     * @param most largest size of any model
     * @throws ModelFormatException if the tensor is missing, has another number of sizes, or the size is out of bounds
     */
    int size(String name, int axis, int axes, int most) {
        List<Long> shape = tensor(name).shape();
        if (shape.size() != axes) {
            throw error(Kind.MALFORMED, name, "has shape " + shape + ", expected " + axes + " sizes");
        }
        long size = shape.get(axis);
        if (size < 1 || size > most) {
            throw error(Kind.LIMIT, name, "has shape " + shape + ", expected sizes from 1 to " + most);
        }
        return (int) size;
    }

    /**
     * The side of the square grid that the rows of a table of positions describe, behind one for a token of its own.
     *
     * @param most largest side
     * @param first what the first row is for, in the error
     */
    int gridBehindOne(String table, int most, String first) {
        int positions = size(table, 0, 2, ModelLimits.VOCABULARY);
        int grid = (int) Math.round(Math.sqrt(positions - 1));
        if (grid < 1 || grid * grid != positions - 1 || grid > most) {
            throw error(Kind.MALFORMED, table, "has " + positions + " positions, which are not " + first);
        }
        return grid;
    }

    /**
     * How many different indices follow a prefix, as {@code 0} and {@code 1} follow {@code blocks.} in
     * {@code blocks.0.weight} and {@code blocks.1.weight}.
     *
     * @param what has so many, in the error
     * @throws ModelFormatException if there are none, or more than {@link ModelLimits#LAYERS}
     */
    int count(String prefix, String what) {
        Set<String> indices = tensors.keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()).split("\\.", 2)[0])
                .collect(Collectors.toSet());
        int count = indices.size();
        if (count == 0 || count > ModelLimits.LAYERS) {
            throw new ModelFormatException(
                    count == 0 ? Kind.MALFORMED : Kind.LIMIT,
                    files.described(),
                    prefix,
                    what + " has " + count + " blocks, expected 1 to " + ModelLimits.LAYERS);
        }
        return count;
    }

    ModelFormatException error(Kind kind, String name, String problem) {
        return new ModelFormatException(kind, files.origin(name), "tensor \"" + name + "\"", problem);
    }
}
