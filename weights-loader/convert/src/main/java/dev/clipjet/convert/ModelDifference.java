package dev.clipjet.convert;

import dev.clipjet.convert.TensorDifference.Kind;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTower;
import dev.clipjet.weights.Checkpoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How two models differ, whatever formats they are in.
 *
 * @param tensors every tensor of either, equal or not
 * @param towers hyperparameters of the towers, and logit scale and bias, that differ
 * @param surroundings what differs around the towers: preprocessing and tokenizer
 */
public record ModelDifference(List<TensorDifference> tensors, List<Setting> towers, List<Setting> surroundings) {
    /** A value that differs; empty where a model has none. */
    public record Setting(String name, String first, String second) {}

    public ModelDifference {
        tensors = List.copyOf(tensors);
        towers = List.copyOf(towers);
        surroundings = List.copyOf(surroundings);
    }

    /** Compares two open checkpoints. */
    public static ModelDifference of(Checkpoint first, Checkpoint second) {
        List<Setting> towers = new ArrayList<>();
        List<Setting> surroundings = new ArrayList<>();
        compare(settings(first.spec(), true), settings(second.spec(), true), towers);
        compare(settings(first.spec(), false), settings(second.spec(), false), surroundings);
        add(towers, "logit_scale", Float.toString(first.logitScale()), Float.toString(second.logitScale()));
        add(towers, "logit_bias", text(first.logitBias()), text(second.logitBias()));
        return new ModelDifference(tensors(first, second), towers, surroundings);
    }

    private static List<TensorDifference> tensors(Checkpoint first, Checkpoint second) {
        Map<CanonicalName, TensorContent> ours = ModelSource.of(first).tensors();
        Map<CanonicalName, TensorContent> others = ModelSource.of(second).tensors();
        ValueComparison comparison = new ValueComparison();
        List<TensorDifference> differences = new ArrayList<>();
        ours.forEach((name, content) -> {
            TensorContent other = others.get(name);
            if (other == null) {
                differences.add(TensorDifference.missing(name.value(), Kind.ONLY_IN_FIRST, content));
            } else if (!first.tensor(name).shape().equals(second.tensor(name).shape())) {
                differences.add(new TensorDifference(
                        name.value(),
                        Kind.SHAPE,
                        content.dtype(),
                        other.dtype(),
                        content.elements(),
                        0,
                        Double.POSITIVE_INFINITY,
                        Double.POSITIVE_INFINITY,
                        Double.POSITIVE_INFINITY));
            } else {
                differences.add(comparison.compare(name.value(), content, other));
            }
        });
        others.forEach((name, content) -> {
            if (!ours.containsKey(name)) {
                differences.add(TensorDifference.missing(name.value(), Kind.ONLY_IN_SECOND, content));
            }
        });
        return differences;
    }

    private static Map<String, String> settings(ModelSpec spec, boolean towers) {
        Map<String, String> settings = new LinkedHashMap<>();
        if (towers) {
            spec.vision().ifPresent(vision -> RecordText.flatten("image", vision, settings));
            spec.text().ifPresent(text -> text(text, settings));
            return settings;
        }
        spec.preprocess().ifPresent(preprocess -> RecordText.flatten("preprocess", preprocess, settings));
        spec.tokenizer().ifPresent(tokenizer -> RecordText.flatten("tokenizer", tokenizer, settings));
        // Why a profile was chosen and where files lie say nothing about the model.
        settings.keySet().removeIf(key -> key.endsWith(".reason") || key.endsWith(".directory"));
        return settings;
    }

    private static void text(TextTower text, Map<String, String> settings) {
        RecordText.flatten("text", text, settings);
        if (text.pooling() != TextPooling.END_TOKEN) {
            settings.remove("text.endTokenId"); // Nothing looks at it.
        }
    }

    private static void compare(Map<String, String> first, Map<String, String> second, List<Setting> out) {
        first.forEach((name, value) -> add(out, name, value, second.getOrDefault(name, "")));
        second.forEach((name, value) -> {
            if (!first.containsKey(name)) {
                add(out, name, "", value);
            }
        });
    }

    private static void add(List<Setting> out, String name, String first, String second) {
        if (!first.equals(second)) {
            out.add(new Setting(name, first, second));
        }
    }

    private static String text(OptionalDouble value) {
        return value.isPresent() ? Double.toString(value.getAsDouble()) : "";
    }

    /** Whether tensors, hyperparameters of the towers, logit scale and bias are the same. */
    public boolean isEmpty() {
        return towers.isEmpty() && tensors.stream().allMatch(tensor -> tensor.kind() == Kind.EQUAL);
    }
}
