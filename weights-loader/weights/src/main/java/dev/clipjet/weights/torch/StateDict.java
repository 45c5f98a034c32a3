package dev.clipjet.weights.torch;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.weights.torch.PickleValue.Dict;
import dev.clipjet.weights.torch.PickleValue.Module;
import dev.clipjet.weights.torch.PickleValue.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the tensors of a model in an object graph and gives them the names of its state dict. */
final class StateDict {
    private static final String NESTED = "state_dict";

    /** What wrappers put before every name: data parallel training, and {@code torch.compile}. */
    private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.");

    /** Modules inside modules; the deepest model has ten levels. */
    private static final int MAX_DEPTH = 64;

    private final Path file;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    /** Characters that names may still take: a hostile graph reaches one module by exponentially many paths. */
    private long budget;

    private StateDict(Path file, long pickleBytes) {
        this.file = file;
        this.budget = 4 * pickleBytes + 4096;
    }

    /**
     * The tensors of a saved object: of a module all parameters and buffers by their paths, of a dictionary its values,
     * or those under {@code state_dict} if it has that.
     *
     * @param pickleBytes bounds the work
     * @throws ModelFormatException {@code MALFORMED} if it is neither, or a value is no tensor
     */
    static Map<String, Tensor> of(Path file, PickleValue root, long pickleBytes) {
        StateDict reader = new StateDict(file, pickleBytes);
        if (root instanceof Module module) {
            reader.addModule(module, "", 0);
        } else if (root instanceof Dict dict) {
            reader.addDict(dict.get(NESTED) instanceof Dict nested ? nested : dict);
        } else {
            throw new ModelFormatException(
                    Kind.MALFORMED,
                    file,
                    "the saved object",
                    "is " + root.description() + ", expected a state dict, a dictionary that has one, or a module");
        }
        if (reader.tensors.isEmpty()) {
            throw new ModelFormatException(Kind.MALFORMED, file, "the saved object", "has no tensors");
        }
        return unwrapped(reader.tensors);
    }

    private void addDict(Dict dict) {
        dict.entries().forEach((key, value) -> {
            if (!(key instanceof String name)) {
                throw new ModelFormatException(
                        Kind.MALFORMED, file, "key " + key + " of the state dict", "expected the name of a tensor");
            }
            if (!(value instanceof Tensor tensor)) {
                throw new ModelFormatException(
                        Kind.MALFORMED,
                        file,
                        "tensor \"" + shortened(name) + "\"",
                        "is " + value.description() + ", expected a tensor");
            }
            tensors.put(name, tensor);
        });
    }

    private void addModule(Module module, String prefix, int depth) {
        if (depth > MAX_DEPTH) {
            throw new ModelFormatException(
                    Kind.LIMIT, file, shortened(prefix), "more than " + MAX_DEPTH + " modules inside each other");
        }
        module.attributes().entries().forEach((key, value) -> {
            if (!(key instanceof String name)) {
                throw new ModelFormatException(
                        Kind.MALFORMED, file, shortened(prefix) + key, "expected the name of an attribute");
            }
            budget -= prefix.length() + name.length() + 1;
            if (budget < 0) {
                throw new ModelFormatException(
                        Kind.LIMIT, file, shortened(prefix), "modules share modules too often to be a model");
            }
            if (value instanceof Tensor tensor) {
                if (tensors.put(prefix + name, tensor) != null) {
                    throw new ModelFormatException(
                            Kind.MALFORMED, file, "tensor \"" + shortened(prefix + name) + "\"", "occurs twice");
                }
            } else if (value instanceof Module child) {
                addModule(child, prefix + name + ".", depth + 1);
            }
        });
    }

    private static Map<String, Tensor> unwrapped(Map<String, Tensor> named) {
        Map<String, Tensor> result = named;
        for (String wrapper : WRAPPERS) {
            if (result.keySet().stream().allMatch(name -> name.startsWith(wrapper))) {
                Map<String, Tensor> shorter = new LinkedHashMap<>();
                result.forEach((name, tensor) -> shorter.put(name.substring(wrapper.length()), tensor));
                result = shorter;
            }
        }
        return result;
    }

    private static String shortened(String text) {
        return text.length() <= 120 ? text : text.substring(0, 117) + "...";
    }
}
