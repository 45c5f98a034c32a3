package dev.clipjet.onnx;

import dev.clipjet.convert.ConversionOptions;
import dev.clipjet.convert.ConversionTarget;
import dev.clipjet.convert.ModelSource;
import dev.clipjet.convert.Plan;
import dev.clipjet.convert.Surroundings;
import dev.clipjet.convert.TargetFormat;
import dev.clipjet.convert.WeightFile;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.TextPooling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A directory with an ONNX file for each tower, under the names that Hugging Face's exports have. */
public final class OnnxTarget implements ConversionTarget {
    /** A message of protocol buffers ends at 2 GiB; the rest is for nodes. */
    private static final long MAX_EMBEDDED = 2_000_000_000L;

    @Override
    public TargetFormat format() {
        return TargetFormat.ONNX;
    }

    /** Plans the directory. Every model that loads can be expressed. */
    @Override
    public Plan plan(ModelSource source, ConversionOptions options) {
        ModelSpec spec = source.spec();
        long embedded = Math.min(options.fileBytes(), MAX_EMBEDDED);
        List<WeightFile> files = new ArrayList<>();
        spec.vision()
                .ifPresent(vision -> files.add(new OnnxWeights(
                        "vision_model.onnx",
                        OnnxTowers.image(vision, source.tensors(), options.dtype()),
                        metadata(source),
                        embedded)));
        spec.text()
                .ifPresent(text -> files.add(new OnnxWeights(
                        "text_model.onnx",
                        OnnxTowers.text(text, source.tensors(), options.dtype()),
                        metadata(source),
                        embedded)));
        List<String> notes = new ArrayList<>();
        List<Plan.Description> descriptions = Surroundings.of(source, options, notes);
        if (spec.text().filter(text -> text.pooling() == TextPooling.END_TOKEN).isPresent()) {
            notes.add("a row of input_ids without the end token is read at its first position, as transformers does");
        }
        return new Plan(files, descriptions, source.dropped(), notes);
    }

    /** What a user of an exported tower needs besides it: how embeddings become logits. */
    private static Map<String, String> metadata(ModelSource source) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("family", source.spec().family());
        source.logits().forEach((name, value) -> metadata.put(name, Double.toString(value)));
        return metadata;
    }
}
