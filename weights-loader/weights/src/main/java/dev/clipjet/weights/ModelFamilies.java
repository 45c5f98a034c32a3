package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** All families that are read, and the choice among them. */
final class ModelFamilies {
    /** In the order in which they are asked: the first that matches reads the files. */
    static final List<ModelFamily> ALL = List.of(new HuggingFaceFamily(), new OpenClipFamily(), new StateDictFamily());

    private ModelFamilies() {}

    /**
     * Opens a model directory or a weight file by the family that it belongs to.
     *
     * @throws ModelFormatException {@code MISSING} with what was seen if it belongs to none, else what the family finds wrong
     */
    static Checkpoint open(Path model, CheckpointOptions options) {
        if (!Files.exists(model)) {
            throw new ModelFormatException(Kind.MISSING, model, "", "no such file or directory");
        }
        try (ModelFiles files = new ModelFiles(model)) {
            for (ModelFamily family : ALL) {
                if (family.matches(files)) {
                    return family.read(files, options);
                }
            }
            throw new ModelFormatException(
                    Kind.MISSING,
                    model,
                    HuggingFaceFamily.CONFIG,
                    "no such file, and no " + OpenClipConfig.FILE
                            + ", so there is no telling what model this is; a weight "
                            + "file that needs no configuration is opened by its own name; seen: " + files.seen());
        }
    }
}
