package dev.clipjet.convert;

import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.Transformers;
import java.util.ArrayList;
import java.util.List;

/** A directory with an ONNX file for each tower, under the names that Hugging Face's exports have. */
final class OnnxTarget {
    /** A message of protocol buffers ends at 2 GiB; the rest is for nodes. */
    private static final long MAX_EMBEDDED = 2_000_000_000L;

    private OnnxTarget() {}

    /** Plans the directory. Every model that loads can be expressed. */
    static Plan plan(ModelSource source, ConversionOptions options) {
        ModelSpec spec = source.spec();
        long embedded = Math.min(options.fileBytes(), MAX_EMBEDDED);
        List<WeightFile> files = new ArrayList<>();
        spec.vision()
                .ifPresent(vision -> files.add(new OnnxWeights(
                        "vision_model.onnx",
                        OnnxTowers.image(
                                Transformers.image(vision, "the ONNX export"), source.tensors(), options.dtype()),
                        OnnxMetadata.of(source),
                        embedded)));
        spec.text()
                .ifPresent(text -> files.add(new OnnxWeights(
                        "text_model.onnx",
                        OnnxTowers.text(Transformers.text(text), source.tensors(), options.dtype()),
                        OnnxMetadata.of(source),
                        embedded)));
        List<String> notes = new ArrayList<>();
        List<Plan.Description> descriptions = new ArrayList<>();
        Refusals refusals = new Refusals();
        spec.preprocess().ifPresent(preprocess -> {
            HuggingFacePreprocessFile.refuse(source, preprocess, refusals);
            descriptions.add(HuggingFacePreprocessFile.of(source, preprocess, notes));
        });
        refusals.check(source.name(), "preprocessor_config.json");
        if (spec.text().isPresent()) {
            TokenizerDescription.of(source, options, notes).ifPresent(descriptions::add);
            if (spec.text().get().pooling() == TextPooling.END_TOKEN) {
                notes.add(
                        "a row of input_ids without the end token is read at its first position, as transformers does");
            }
        }
        return new Plan(files, descriptions, source.dropped(), notes);
    }
}
