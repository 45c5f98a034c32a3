package dev.clipjet.weights;

import dev.clipjet.model.CanonicalName;
import java.nio.file.Path;

/** The canonical tensors of a model, whatever holds them. Thread-safe. */
public interface CanonicalTensors {
    /** The directory or file that they come from, for errors. */
    Path source();

    /**
     * The tensor of a name.
     *
     * @throws dev.clipjet.error.InvalidInputException if the model has none of this name
     */
    CanonicalTensor tensor(CanonicalName name);
}
