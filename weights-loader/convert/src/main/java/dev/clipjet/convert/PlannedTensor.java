package dev.clipjet.convert;

import dev.clipjet.model.CanonicalName;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.TensorRule;
import dev.clipjet.weights.safetensors.SafetensorsWriter.Declaration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tensor to be written: a range of a canonical tensor's elements.
 *
 * @param declaration name, type and shape in the result
 * @param content the canonical tensor
 * @param first index of the first element in it
 * @param transposed whether the result lies [columns, rows]
 * @param change what happens to the elements besides a change of their type, for reports
 */
public record PlannedTensor(
        Declaration declaration, TensorContent content, long first, boolean transposed, String change) {
    /** Its name in the result. */
    public String name() {
        return declaration.name();
    }

    long elements() {
        return declaration.bytes() / declaration.dtype().bytes();
    }

    /** The tensors that the rules of a family ask for. */
    static List<PlannedTensor> of(
            List<TensorRule> rules, Map<CanonicalName, TensorContent> tensors, Optional<ElementType> type) {
        List<PlannedTensor> planned = new ArrayList<>();
        for (TensorRule rule : rules) {
            TensorContent content = tensors.get(rule.name());
            long part = content.elements() / rule.stored().size();
            for (int i = 0; i < rule.stored().size(); i++) {
                Declaration declaration =
                        new Declaration(rule.stored().get(i), type.orElse(content.dtype()), rule.storedShape());
                boolean transposed = rule.layout() == TensorRule.Layout.TRANSPOSED;
                planned.add(new PlannedTensor(declaration, content, i * part, transposed, change(rule, content)));
            }
        }
        return planned;
    }

    private static String change(TensorRule rule, TensorContent content) {
        int from = content.origins().size();
        int to = rule.stored().size();
        if (from != to) {
            return from < to ? "split" : "fused";
        }
        return "";
    }
}
