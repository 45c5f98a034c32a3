package dev.clipjet.convert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Resize;
import dev.clipjet.model.PreprocessSpec.ResizeMode;
import dev.clipjet.model.PreprocessSpec.Rgb;
import dev.clipjet.model.PreprocessSpec.Size;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** {@code preprocessor_config.json}: written from the description, or taken over from a directory of the same kind. */
final class HuggingFacePreprocessFile {
    private static final String NAME = "preprocessor_config.json";

    private HuggingFacePreprocessFile() {}

    static Plan.Description of(ModelSource source, PreprocessSpec spec, List<String> notes) {
        List<Path> own = own(source);
        if (!own.isEmpty()) {
            return CopiedFiles.of(own);
        }
        if (spec.profile() == PreprocessProfile.OPENAI_PIL || spec.profile() == PreprocessProfile.OPEN_CLIP) {
            notes.add("images are prepared as transformers does from now on, which differs from "
                    + spec.profile().label()
                    + " for images with transparency or a palette, and in the rounding of the crop's place");
        }
        return JsonText.file(NAME, document(spec));
    }

    private static List<Path> own(ModelSource source) {
        return source.huggingFaceDirectory().stream()
                .flatMap(directory -> Stream.of("processor_config.json", NAME).map(directory::resolve))
                .filter(Files::exists)
                .toList();
    }

    static void refuse(ModelSource source, PreprocessSpec spec, Refusals refusals) {
        refusals.when(
                own(source).isEmpty()
                        && spec.resize()
                                .map(Resize::mode)
                                .filter(ResizeMode.LONGEST::equals)
                                .isPresent(),
                "images whose longer side is resized and which are padded (preprocess_cfg.resize_mode longest)");
    }

    private static ObjectNode document(PreprocessSpec spec) {
        ObjectNode node = JsonText.object();
        node.put(
                "image_processor_type",
                switch (spec.profile()) {
                    case HF_FAST, SIGLIP_FAST -> "CLIPImageProcessorFast";
                    case HF_V5_PIL, SIGLIP_V5_PIL -> "CLIPImageProcessorPil";
                    default -> "CLIPImageProcessor";
                });
        node.put("do_convert_rgb", true);
        node.put("do_resize", spec.resize().isPresent());
        spec.resize().ifPresent(resize -> {
            ObjectNode size = node.putObject("size");
            if (resize.mode() == ResizeMode.SHORTEST
                    && resize.size().height() == resize.size().width()) {
                size.put("shortest_edge", resize.size().height());
            } else {
                put(size, resize.size());
            }
        });
        node.put("resample", spec.resampling().ordinal());
        node.put("do_center_crop", spec.crop().isPresent());
        spec.crop().ifPresent(crop -> put(node.putObject("crop_size"), crop));
        node.put("do_rescale", spec.rescaleFactor() > 0);
        node.put("rescale_factor", spec.rescaleFactor() > 0 ? spec.rescaleFactor() : 1 / 255.0);
        node.put("do_normalize", true);
        put(node, "image_mean", spec.mean());
        put(node, "image_std", spec.std());
        return node;
    }

    private static void put(ObjectNode node, Size size) {
        node.put("height", size.height()).put("width", size.width());
    }

    private static void put(ObjectNode node, String key, Rgb values) {
        node.putArray(key).add(values.r()).add(values.g()).add(values.b());
    }
}
