package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The model classes of the transformers library that are read. */
enum TransformersClass {
    CLIP_MODEL("CLIPModel", true, true, true),
    CLIP_TEXT_MODEL("CLIPTextModel", true, false, false),
    CLIP_TEXT_MODEL_WITH_PROJECTION("CLIPTextModelWithProjection", true, false, true),
    CLIP_VISION_MODEL("CLIPVisionModel", false, true, false),
    CLIP_VISION_MODEL_WITH_PROJECTION("CLIPVisionModelWithProjection", false, true, true);

    private static final List<String> MODEL_TYPES = List.of("clip", "clip_text_model", "clip_vision_model");

    private final String className;
    private final boolean text;
    private final boolean vision;
    private final boolean projection;

    TransformersClass(String className, boolean text, boolean vision, boolean projection) {
        this.className = className;
        this.text = text;
        this.vision = vision;
        this.projection = projection;
    }

    /** The name that configurations use. */
    String className() {
        return className;
    }

    boolean hasText() {
        return text;
    }

    boolean hasVision() {
        return vision;
    }

    boolean hasProjection() {
        return projection;
    }

    /** Whether a configuration says which class it belongs to at all. */
    static boolean isNamedIn(JsonObject config) {
        return config.has("architectures") || config.has("model_type");
    }

    /**
     * The class of a {@code config.json}, by {@code architectures} or else by {@code model_type}.
     *
     * @throws ModelFormatException {@code UNSUPPORTED} for any other class, {@code BAD_CONFIGURATION} if none is named
     */
    static TransformersClass of(JsonObject config) {
        List<String> architectures = config.strings("architectures");
        Optional<String> modelType = config.optionalString("model_type");
        if (architectures.isEmpty() && modelType.isEmpty()) {
            throw config.error("architectures", "is missing, and so is model_type: no way to tell what model this is");
        }
        if (modelType.isPresent() && !MODEL_TYPES.contains(modelType.get())) {
            throw unsupported(
                    config,
                    "model_type",
                    "models of type \"" + modelType.get() + "\" " + (architectures.isEmpty() ? "" : architectures + " ")
                            + "are not supported");
        }
        if (architectures.isEmpty()) {
            return switch (modelType.get()) {
                case "clip" -> CLIP_MODEL;
                case "clip_text_model" -> CLIP_TEXT_MODEL;
                default -> CLIP_VISION_MODEL;
            };
        }
        return Arrays.stream(values())
                .filter(modelClass -> architectures.contains(modelClass.className))
                .findFirst()
                .orElseThrow(() ->
                        unsupported(config, "architectures", "the model class " + architectures + " is not supported"));
    }

    private static ModelFormatException unsupported(JsonObject config, String key, String problem) {
        return new ModelFormatException(
                Kind.UNSUPPORTED,
                config.file(),
                key,
                problem + "; supported are "
                        + Arrays.stream(values())
                                .map(TransformersClass::className)
                                .collect(Collectors.joining(", ")));
    }
}
