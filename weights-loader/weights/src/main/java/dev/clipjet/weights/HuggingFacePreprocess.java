package dev.clipjet.weights;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.json.JsonFile;
import dev.clipjet.json.JsonObject;
import dev.clipjet.model.PassOrder;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Resize;
import dev.clipjet.model.PreprocessSpec.ResizeMode;
import dev.clipjet.model.PreprocessSpec.Rgb;
import dev.clipjet.model.PreprocessSpec.Size;
import dev.clipjet.model.Resampling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The image processor of a Hugging Face directory: {@code image_processor} in {@code processor_config.json} (version 5)
 * or else {@code preprocessor_config.json}. Absent keys have the defaults of {@code CLIPImageProcessor}.
 */
final class HuggingFacePreprocess {
    private static final long MAX_BYTES = 1 << 20;
    private static final int MAX_SIDE = 1 << 14;
    private static final int DEFAULT_SIDE = 224;

    /** Filters by the id that Pillow gives them. */
    private static final List<Resampling> PILLOW_FILTERS = List.of(
            Resampling.NEAREST,
            Resampling.LANCZOS,
            Resampling.BILINEAR,
            Resampling.BICUBIC,
            Resampling.BOX,
            Resampling.HAMMING);

    /** Keys that are read, or that change nothing. */
    private static final Set<String> KNOWN_KEYS = Set.of(
            "_processor_class",
            "_valid_processor_keys",
            "crop_size",
            "data_format",
            "default_to_square",
            "device",
            "disable_grouping",
            "do_center_crop",
            "do_convert_rgb",
            "do_normalize",
            "do_pad",
            "do_rescale",
            "do_resize",
            "feature_extractor_type",
            "image_mean",
            "image_processor_type",
            "image_std",
            "input_data_format",
            "processor_class",
            "resample",
            "rescale_factor",
            "return_tensors",
            "size",
            "transformers_version",
            "use_fast");

    private final JsonObject config;
    private final int imageSize;
    private final List<String> notes;

    private HuggingFacePreprocess(JsonObject config, int imageSize, List<String> notes) {
        this.config = config;
        this.imageSize = imageSize;
        this.notes = notes;
    }

    /**
     * Reads the image processor of a directory.
     *
     * @param model content of {@code config.json}
     * @param imageSize side of the model's input
     * @param notes receives what the user should know
     */
    static PreprocessSpec read(Path directory, JsonObject model, int imageSize, List<String> notes) {
        LibraryVersion version = LibraryVersion.of(model);
        Optional<JsonObject> found = find(directory);
        if (found.isEmpty()) {
            notes.add("no preprocessor_config.json: CLIP's usual preprocessing at the model's " + imageSize + " x "
                    + imageSize + " pixels is assumed");
            return new PreprocessSpec(
                    version.isFive() ? PreprocessProfile.HF_FAST : PreprocessProfile.HF_SLOW,
                    version.reason(),
                    Optional.of(new Resize(ResizeMode.SHORTEST, Size.square(imageSize))),
                    Resampling.BICUBIC,
                    Optional.of(Size.square(imageSize)),
                    1 / 255.0,
                    PreprocessSpec.OPENAI_MEAN,
                    PreprocessSpec.OPENAI_STD,
                    0,
                    PassOrder.HORIZONTAL_FIRST);
        }
        JsonObject config = found.get();
        if (config.has("transformers_version") && !version.isFive()) {
            version = LibraryVersion.of(config);
        }
        return new HuggingFacePreprocess(config, imageSize, notes).spec(version);
    }

    private static Optional<JsonObject> find(Path directory) {
        Path processor = directory.resolve("processor_config.json");
        if (Files.exists(processor)) {
            Optional<JsonObject> nested =
                    JsonFile.readObject(processor, MAX_BYTES).optionalObject("image_processor");
            if (nested.isPresent()) {
                return nested;
            }
        }
        Path preprocessor = directory.resolve("preprocessor_config.json");
        return Files.exists(preprocessor)
                ? Optional.of(JsonFile.readObject(preprocessor, MAX_BYTES))
                : Optional.empty();
    }

    private PreprocessSpec spec(LibraryVersion version) {
        checkSwitches();
        Optional<Resize> resize = config.bool("do_resize", true) ? Optional.of(resize()) : Optional.empty();
        Optional<Size> crop = config.bool("do_center_crop", true) ? Optional.of(crop()) : Optional.empty();
        checkOutputSize(resize, crop);
        boolean rescale = config.bool("do_rescale", true);
        double factor = config.optionalNumber("rescale_factor").orElse(1 / 255.0);
        if (!(factor > 0)) {
            throw config.error("rescale_factor", "is " + factor + ", expected a positive number");
        }
        boolean normalize = config.bool("do_normalize", true);
        Rgb mean = rgb("image_mean", PreprocessSpec.OPENAI_MEAN);
        Rgb std = rgb("image_std", PreprocessSpec.OPENAI_STD);
        if (!(std.r() > 0 && std.g() > 0 && std.b() > 0)) {
            throw config.error("image_std", "is " + std + ", expected positive numbers");
        }
        PreprocessProfile profile = profile(version);
        return new PreprocessSpec(
                profile,
                reason(version),
                resize,
                resampling(),
                crop,
                rescale ? factor : 0,
                normalize ? mean : new Rgb(0, 0, 0),
                normalize ? std : new Rgb(1, 1, 1),
                0,
                PassOrder.HORIZONTAL_FIRST);
    }

    private Optional<String> type() {
        return config.optionalString("image_processor_type").or(() -> config.optionalString("feature_extractor_type"));
    }

    private PreprocessProfile profile(LibraryVersion version) {
        String type = type().orElse("CLIPImageProcessor");
        return switch (type) {
            case "CLIPImageProcessor", "CLIPFeatureExtractor" ->
                version.isFive() ? PreprocessProfile.HF_FAST : PreprocessProfile.HF_SLOW;
            case "CLIPImageProcessorFast" -> PreprocessProfile.HF_FAST;
            case "CLIPImageProcessorPil" -> PreprocessProfile.HF_V5_PIL;
            default ->
                throw new ModelFormatException(
                        Kind.UNSUPPORTED,
                        config.file(),
                        config.pathOf("image_processor_type"),
                        "the image processor \"" + type + "\" is not supported; supported are CLIPImageProcessor, "
                                + "CLIPImageProcessorFast and CLIPImageProcessorPil");
        };
    }

    private String reason(LibraryVersion version) {
        return type().filter(type -> type.endsWith("Fast") || type.endsWith("Pil"))
                .map(type ->
                        "the image processor is " + type + " (" + config.file().getFileName() + ")")
                .orElse(version.reason());
    }

    private void checkSwitches() {
        if (config.bool("do_pad", false)) {
            throw unsupported("do_pad", "padding is not supported");
        }
        if (config.has("do_convert_rgb") && !config.bool("do_convert_rgb", true)) {
            notes.add("do_convert_rgb is off; images of other modes are converted to RGB all the same");
        }
        for (String key : config.keys()) {
            if (config.has(key) && !KNOWN_KEYS.contains(key)) {
                notes.add(config.file().getFileName() + ": unknown key " + config.pathOf(key) + " was ignored");
            }
        }
    }

    /** {@code size}: an edge, [height, width], {shortest_edge} or {height, width}. */
    private Resize resize() {
        if (!config.has("size")) {
            return new Resize(ResizeMode.SHORTEST, Size.square(DEFAULT_SIDE));
        }
        JsonNode size = config.raw("size");
        if (size.isNumber()) {
            if (config.bool("default_to_square", false)) {
                throw unsupported("default_to_square", "is not supported together with a single number as size");
            }
            return new Resize(ResizeMode.SHORTEST, Size.square(config.integer("size", 1, MAX_SIDE)));
        }
        if (size.isArray()) {
            return new Resize(ResizeMode.SQUASH, pair("size"));
        }
        JsonObject object = config.object("size");
        if (object.has("longest_edge") || object.has("max_height") || object.has("max_width")) {
            throw unsupported("size", size + " is not supported; supported are shortest_edge, and height with width");
        }
        if (object.has("shortest_edge")) {
            return new Resize(ResizeMode.SHORTEST, Size.square(object.integer("shortest_edge", 1, MAX_SIDE)));
        }
        return new Resize(ResizeMode.SQUASH, heightAndWidth(object));
    }

    /** {@code crop_size}: a side, [height, width] or {height, width}. */
    private Size crop() {
        if (!config.has("crop_size")) {
            return Size.square(DEFAULT_SIDE);
        }
        JsonNode size = config.raw("crop_size");
        if (size.isNumber()) {
            return Size.square(config.integer("crop_size", 1, MAX_SIDE));
        }
        return size.isArray() ? pair("crop_size") : heightAndWidth(config.object("crop_size"));
    }

    private static Size heightAndWidth(JsonObject object) {
        return new Size(object.integer("height", 1, MAX_SIDE), object.integer("width", 1, MAX_SIDE));
    }

    private Size pair(String key) {
        double[] pair = config.optionalNumbers(key, 2).orElseThrow();
        for (double side : pair) {
            if (side != Math.rint(side) || side < 1 || side > MAX_SIDE) {
                throw config.wrongType(key, "height and width from 1 to " + MAX_SIDE);
            }
        }
        return new Size((int) pair[0], (int) pair[1]);
    }

    /** The pixels that come out must be those that the model takes, as far as that does not depend on the image. */
    private void checkOutputSize(Optional<Resize> resize, Optional<Size> crop) {
        Size model = Size.square(imageSize);
        if (crop.isPresent()) {
            if (!crop.get().equals(model)) {
                throw wrongSize("crop_size", crop.get());
            }
        } else if (resize.isEmpty()) {
            notes.add("neither resize nor crop: only images of " + imageSize + " x " + imageSize + " pixels fit");
        } else if (!resize.get().size().equals(model)) {
            throw wrongSize("size", resize.get().size());
        } else if (resize.get().mode() == ResizeMode.SHORTEST) {
            notes.add("the shorter side is resized and nothing is cropped: only square images fit");
        }
    }

    private ModelFormatException wrongSize(String key, Size size) {
        return config.error(
                key,
                "gives " + size.height() + " x " + size.width() + " pixels, but the model takes " + imageSize + " x "
                        + imageSize);
    }

    private Resampling resampling() {
        return config.optionalInteger("resample", 0, PILLOW_FILTERS.size() - 1).stream()
                .mapToObj(PILLOW_FILTERS::get)
                .findFirst()
                .orElse(Resampling.BICUBIC);
    }

    private Rgb rgb(String key, Rgb otherwise) {
        return config.optionalNumbers(key, 3)
                .map(values -> new Rgb(values[0], values[1], values[2]))
                .orElse(otherwise);
    }

    private ModelFormatException unsupported(String key, String problem) {
        return new ModelFormatException(Kind.UNSUPPORTED, config.file(), config.pathOf(key), problem);
    }
}
