package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;

/**
 * A family of models: the one place that knows how its files are recognized, how they describe a model, which rules its tensors
 * follow, and which preprocessing and tokenizer a model gets. All families stand in {@link ModelFamilies}.
 */
public sealed interface ModelFamily permits HuggingFaceFamily, OpenClipFamily, StateDictFamily {
    /** How reports and errors name it. */
    String name();

    /** Whether the files are in the layout of the transformers library, with its configuration beside the weights. */
    default boolean isOfTransformers() {
        return false;
    }

    /** Whether files are of this family, unless a family before it in the list took them. */
    boolean matches(ModelFiles files);

    /**
     * Reads the description and maps the tensors.
     *
     * @throws ModelFormatException with a kind, the file, the place and what is wrong
     * @throws dev.clipjet.error.InvalidInputException if the options do not fit the model
     */
    Checkpoint read(ModelFiles files, CheckpointOptions options);
}
