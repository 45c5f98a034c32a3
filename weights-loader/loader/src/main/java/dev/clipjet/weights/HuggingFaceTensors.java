package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.memory.DType;
import dev.clipjet.model.TextSpec;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Hugging Face's tensor names and layouts to the canonical ones. Every shape is checked against the model's description.
 * Nothing is copied: matrices have the canonical layout already, and q, k and v become segments of one tensor.
 */
final class HuggingFaceTensors {
    private static final int MOST_NAMED = 8;

    private final WeightFiles files;
    private final Map<CanonicalName, CanonicalTensor> mapped = new LinkedHashMap<>();
    private final Set<String> used = new HashSet<>();
    private final List<String> missing = new ArrayList<>();

    HuggingFaceTensors(WeightFiles files) {
        this.files = files;
    }

    /** Maps the tensors of the image tower. */
    void addVision(VisionSpec spec) {
        TensorNames.Vision names = TensorNames.vision();
        String prefix = prefix("vision_model.");
        int width = spec.blocks().width();
        int patch = spec.patchSize();
        long[] convolution = {width, 3, patch, patch};
        add(
                names.patchWeight(),
                List.of((long) width, 3L * patch * patch),
                convolution,
                prefix + "embeddings.patch_embedding.weight");
        vector(names.classEmbedding(), width, prefix + "embeddings.class_embedding");
        matrix(names.positions(), spec.tokens(), width, prefix + "embeddings.position_embedding.weight");
        // The spelling of the library.
        vector(names.lnPreWeight(), width, prefix + "pre_layrnorm.weight");
        vector(names.lnPreBias(), width, prefix + "pre_layrnorm.bias");
        for (int i = 0; i < spec.blocks().layers(); i++) {
            addBlock(names.block(i), spec.blocks(), prefix + "encoder.layers." + i + ".");
        }
        vector(names.lnPostWeight(), width, prefix + "post_layernorm.weight");
        vector(names.lnPostBias(), width, prefix + "post_layernorm.bias");
        if (spec.projectionDim() > 0) {
            matrix(names.projectionWeight(), spec.projectionDim(), width, "visual_projection.weight");
        }
    }

    /** Maps the tensors of the text tower. */
    void addText(TextSpec spec) {
        TensorNames.Text names = TensorNames.text();
        String prefix = prefix("text_model.");
        int width = spec.blocks().width();
        matrix(names.tokens(), spec.vocabSize(), width, prefix + "embeddings.token_embedding.weight");
        matrix(names.positions(), spec.contextLength(), width, prefix + "embeddings.position_embedding.weight");
        for (int i = 0; i < spec.blocks().layers(); i++) {
            addBlock(names.block(i), spec.blocks(), prefix + "encoder.layers." + i + ".");
        }
        vector(names.lnFinalWeight(), width, prefix + "final_layer_norm.weight");
        vector(names.lnFinalBias(), width, prefix + "final_layer_norm.bias");
        if (spec.projectionDim() > 0) {
            matrix(names.projectionWeight(), spec.projectionDim(), width, "text_projection.weight");
        }
    }

    /**
     * What was mapped.
     *
     * @throws ModelFormatException {@code MALFORMED} if tensors are missing, with their names
     */
    Map<CanonicalName, CanonicalTensor> mapped() {
        if (!missing.isEmpty()) {
            throw new ModelFormatException(
                    Kind.MALFORMED,
                    files.described(),
                    "tensor \"" + missing.get(0) + "\"",
                    "is missing"
                            + (missing.size() == 1
                                    ? ""
                                    : ", and " + (missing.size() - 1) + " more that the configuration calls for: "
                                            + shortened(missing.stream().skip(1), missing.size() - 1)));
        }
        return mapped;
    }

    /** Notes about tensors that no tower uses. The index buffers that old versions saved are expected. */
    List<String> unexpected() {
        List<String> names = files.tensors().keySet().stream()
                .filter(name -> !used.contains(name))
                .filter(name -> !name.equals(HuggingFaceModel.LOGIT_SCALE))
                .filter(name -> !name.endsWith("embeddings.position_ids"))
                .toList();
        return names.isEmpty()
                ? List.of()
                : List.of(names.size() + " tensors of the weights are not used: "
                        + shortened(names.stream(), names.size()));
    }

    private static String shortened(Stream<String> names, int count) {
        return names.limit(MOST_NAMED).collect(Collectors.joining(", ")) + (count > MOST_NAMED ? ", ..." : "");
    }

    /** Version 5 drops the level of the tower's name from files of a single tower. */
    private String prefix(String level) {
        return files.tensors().keySet().stream().anyMatch(name -> name.startsWith(level)) ? level : "";
    }

    private void addBlock(TensorNames.Block names, TransformerSpec spec, String prefix) {
        int width = spec.width();
        vector(names.ln1Weight(), width, prefix + "layer_norm1.weight");
        vector(names.ln1Bias(), width, prefix + "layer_norm1.bias");
        String attention = prefix + "self_attn.";
        add(
                names.qkvWeight(),
                List.of(3L * width, (long) width),
                new long[] {width, width},
                attention + "q_proj.weight",
                attention + "k_proj.weight",
                attention + "v_proj.weight");
        add(
                names.qkvBias(),
                List.of(3L * width),
                new long[] {width},
                attention + "q_proj.bias",
                attention + "k_proj.bias",
                attention + "v_proj.bias");
        matrix(names.outWeight(), width, width, attention + "out_proj.weight");
        vector(names.outBias(), width, attention + "out_proj.bias");
        vector(names.ln2Weight(), width, prefix + "layer_norm2.weight");
        vector(names.ln2Bias(), width, prefix + "layer_norm2.bias");
        matrix(names.fc1Weight(), spec.mlpWidth(), width, prefix + "mlp.fc1.weight");
        vector(names.fc1Bias(), spec.mlpWidth(), prefix + "mlp.fc1.bias");
        matrix(names.fc2Weight(), width, spec.mlpWidth(), prefix + "mlp.fc2.weight");
        vector(names.fc2Bias(), width, prefix + "mlp.fc2.bias");
    }

    private void vector(CanonicalName name, int length, String stored) {
        add(name, List.of((long) length), new long[] {length}, stored);
    }

    private void matrix(CanonicalName name, int rows, int columns, String stored) {
        add(name, List.of((long) rows, (long) columns), new long[] {rows, columns}, stored);
    }

    private void add(CanonicalName name, List<Long> shape, long[] storedShape, String... stored) {
        List<StoredTensor> segments = new ArrayList<>();
        for (String storedName : stored) {
            StoredTensor tensor = files.tensors().get(storedName);
            if (tensor == null) {
                missing.add(storedName);
                continue;
            }
            check(tensor, storedShape);
            used.add(storedName);
            segments.add(tensor);
        }
        mapped.put(name, new CanonicalTensor(name, shape, segments));
    }

    private void check(StoredTensor tensor, long[] shape) {
        List<Long> expected = Arrays.stream(shape).boxed().toList();
        String place = "tensor \"" + tensor.name() + "\"";
        if (!tensor.shape().equals(expected)) {
            throw new ModelFormatException(
                    Kind.MALFORMED,
                    files.origin(tensor.name()),
                    place,
                    "has shape " + tensor.shape() + ", the configuration calls for " + expected);
        }
        if (tensor.dtype() != DType.F32 && tensor.dtype() != DType.F16 && tensor.dtype() != DType.BF16) {
            throw new ModelFormatException(
                    Kind.UNSUPPORTED,
                    files.origin(tensor.name()),
                    place,
                    "has dtype " + tensor.dtype() + "; supported for weights are F32, F16 and BF16");
        }
    }
}
