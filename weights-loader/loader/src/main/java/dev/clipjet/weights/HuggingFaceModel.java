package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.TextSpec;
import dev.clipjet.model.TokenizerSpec;
import dev.clipjet.model.VisionSpec;
import dev.clipjet.weights.json.JsonObject;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A directory in Hugging Face's layout, as a {@link Checkpoint}. */
final class HuggingFaceModel {
    static final String LOGIT_SCALE = "logit_scale";

    private HuggingFaceModel() {}

    static Checkpoint open(Path directory, JsonObject config) {
        HuggingFaceFamily family = HuggingFaceFamily.of(config);
        WeightFiles files = WeightFiles.open(directory);
        boolean opened = false;
        try {
            Checkpoint checkpoint = read(directory, config, family, files);
            opened = true;
            return checkpoint;
        } finally {
            if (!opened) {
                files.close();
            }
        }
    }

    private static Checkpoint read(Path directory, JsonObject config, HuggingFaceFamily family, WeightFiles files) {
        HuggingFaceConfig reader =
                new HuggingFaceConfig(config, family, files.tensors().keySet());
        Optional<VisionSpec> vision = reader.vision();
        Optional<TextSpec> text = reader.text();
        List<String> notes = new ArrayList<>(reader.notes());
        Optional<PreprocessSpec> preprocess =
                vision.map(spec -> HuggingFacePreprocess.read(directory, config, spec.imageSize(), notes));
        Optional<TokenizerSpec> tokenizer =
                text.flatMap(spec -> HuggingFaceTokenizer.read(directory, config, spec, notes));

        HuggingFaceTensors tensors = new HuggingFaceTensors(files);
        vision.ifPresent(tensors::addVision);
        text.ifPresent(tensors::addText);
        Map<CanonicalName, CanonicalTensor> mapped = tensors.mapped();
        notes.addAll(tensors.unexpected());

        float logitScale = (float) reader.initialLogitScale();
        StoredTensor stored = files.tensors().get(LOGIT_SCALE);
        if (stored != null) {
            logitScale = scalar(files, stored);
        } else if (family == HuggingFaceFamily.CLIP_MODEL) {
            notes.add("the weights have no logit_scale; logit_scale_init_value " + logitScale + " counts");
        }
        ModelSpec spec = new ModelSpec(
                family.className(), vision, text, ModelSpec.Scoring.SOFTMAX, preprocess, tokenizer, List.copyOf(notes));
        return new Checkpoint(directory, spec, files, mapped, logitScale, OptionalDouble.empty());
    }

    private static float scalar(WeightFiles files, StoredTensor tensor) {
        String place = "tensor \"" + tensor.name() + "\"";
        if (!tensor.shape().isEmpty() && !tensor.shape().equals(List.of(1L))) {
            throw new ModelFormatException(
                    Kind.MALFORMED,
                    files.origin(tensor.name()),
                    place,
                    "has shape " + tensor.shape() + ", expected a single number");
        }
        if (!tensor.dtype().isFloatingPoint()) {
            throw new ModelFormatException(
                    Kind.UNSUPPORTED, files.origin(tensor.name()), place, "has dtype " + tensor.dtype());
        }
        FloatBuffer value = FloatBuffer.allocate(1);
        FloatConversion.toFloat(tensor, value);
        if (!Float.isFinite(value.get(0))) {
            throw new ModelFormatException(
                    Kind.MALFORMED, files.origin(tensor.name()), place, "is " + value.get(0) + ", expected a number");
        }
        return value.get(0);
    }
}
