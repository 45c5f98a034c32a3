package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.json.JsonObject;
import dev.clipjet.model.PassOrder;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Resize;
import dev.clipjet.model.PreprocessSpec.ResizeMode;
import dev.clipjet.model.PreprocessSpec.Rgb;
import dev.clipjet.model.PreprocessSpec.Size;
import dev.clipjet.model.Resampling;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code preprocess_cfg} of an {@code open_clip_config.json}. Absent keys have the defaults of open_clip's
 * {@code PreprocessCfg}; the size is always that of the image tower.
 */
final class OpenClipPreprocess {
    private static final Set<String> KNOWN =
            Set.of("size", "mode", "mean", "std", "interpolation", "resize_mode", "fill_color");

    private OpenClipPreprocess() {}

    /**
     * Reads the object.
     *
     * @param root content of {@code open_clip_config.json}
     * @param notes receives what the user should know
     */
    static PreprocessSpec read(JsonObject root, int imageSize, List<String> notes) {
        JsonObject config = root.optionalObject("preprocess_cfg").orElseGet(() -> root.empty("preprocess_cfg"));
        for (String key : config.keys()) {
            if (config.has(key) && !KNOWN.contains(key)) {
                notes.add(config.pathOf(key) + " was ignored, as open_clip does");
            }
        }
        String mode = config.optionalString("mode").orElse("RGB");
        if (!mode.equals("RGB")) {
            throw new ModelFormatException(
                    Kind.UNSUPPORTED,
                    config.file(),
                    config.pathOf("mode"),
                    "images of mode \"" + mode + "\" are not supported; supported is RGB");
        }
        Rgb std = rgb(config, "std", PreprocessSpec.OPENAI_STD);
        if (!(std.r() > 0 && std.g() > 0 && std.b() > 0)) {
            throw config.error("std", "is " + config.raw("std") + ", expected positive numbers");
        }
        Size size = Size.square(imageSize);
        return new PreprocessSpec(
                PreprocessProfile.OPEN_CLIP,
                root.has("preprocess_cfg")
                        ? "preprocess_cfg in " + OpenClipConfig.FILE
                        : "open_clip's defaults: " + OpenClipConfig.FILE + " has no preprocess_cfg",
                Optional.of(new Resize(resizeMode(config), size)),
                resampling(config),
                Optional.of(size),
                1 / 255.0,
                rgb(config, "mean", PreprocessSpec.OPENAI_MEAN),
                std,
                fillColor(config),
                PassOrder.HORIZONTAL_FIRST);
    }

    private static ResizeMode resizeMode(JsonObject config) {
        String mode = config.optionalString("resize_mode").orElse("shortest");
        return switch (mode) {
            case "shortest" -> ResizeMode.SHORTEST;
            case "squash" -> ResizeMode.SQUASH;
            case "longest" -> ResizeMode.LONGEST;
            default -> throw config.error("resize_mode", "is \"" + mode + "\", expected shortest, squash or longest");
        };
    }

    private static Resampling resampling(JsonObject config) {
        String filter = config.optionalString("interpolation").orElse("bicubic");
        return switch (filter) {
            case "bilinear" -> Resampling.BILINEAR;
            // Random between filters in training, and bicubic otherwise.
            case "bicubic", "random" -> Resampling.BICUBIC;
            default -> throw config.error("interpolation", "is \"" + filter + "\", expected bicubic or bilinear");
        };
    }

    private static int fillColor(JsonObject config) {
        if (config.raw("fill_color").isArray()) {
            double[] levels = config.optionalNumbers("fill_color", 3).orElseThrow();
            if (levels[0] != levels[1] || levels[1] != levels[2] || levels[0] != Math.rint(levels[0])) {
                throw new ModelFormatException(
                        Kind.UNSUPPORTED,
                        config.file(),
                        config.pathOf("fill_color"),
                        "is " + config.raw("fill_color") + "; only levels of gray are supported");
            }
            if (levels[0] < 0 || levels[0] > 255) {
                throw config.wrongType("fill_color", "levels from 0 to 255");
            }
            return (int) levels[0];
        }
        return config.optionalInteger("fill_color", 0, 255).orElse(0);
    }

    /** Three numbers, or one for all channels. */
    private static Rgb rgb(JsonObject config, String key, Rgb otherwise) {
        if (config.raw(key).isNumber()) {
            double value = config.number(key);
            return new Rgb(value, value, value);
        }
        return config.optionalNumbers(key, 3)
                .map(values -> new Rgb(values[0], values[1], values[2]))
                .orElse(otherwise);
    }
}
