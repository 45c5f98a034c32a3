package dev.clipjet.weights.synth;

import java.util.ArrayList;
import java.util.List;

/**
 * A tensor of a Hugging Face file as a part of a synthetic one: element (row, column) is element
 * {@code first + row * rowStride + column * columnStride} of the source.
 *
 * @param name Hugging Face's name
 * @param shape Hugging Face's shape
 * @param source where the values come from
 */
record SynthLayout(String name, List<Long> shape, SynthTensor source, long first, long rowStride, long columnStride) {

    SynthLayout {
        shape = List.copyOf(shape);
    }

    /** Elements of a row; the whole of a vector or scalar is one row. */
    long columns() {
        return shape.stream().skip(shape.size() > 1 ? 1 : 0).reduce(1L, Math::multiplyExact);
    }

    long rows() {
        return shape.size() > 1 ? shape.get(0) : 1;
    }

    /** The parts of a Hugging Face file that an open_clip tensor becomes. */
    static List<SynthLayout> of(SynthTensor tensor) {
        String name = tensor.name();
        switch (name) {
            case "visual.proj" -> {
                return List.of(transposed("visual_projection.weight", tensor));
            }
            case "text_projection" -> {
                return List.of(transposed("text_projection.weight", tensor));
            }
            default -> {
                String renamed = rename(name);
                return renamed.contains(".in_proj_") ? split(renamed, tensor) : List.of(same(renamed, tensor));
            }
        }
    }

    private static String rename(String name) {
        boolean vision = name.startsWith("visual.");
        String level = vision ? "vision_model." : "text_model.";
        String rest = vision ? name.substring("visual.".length()) : name;
        if (rest.startsWith("transformer.resblocks.")) {
            return level
                    + rest.replace("transformer.resblocks.", "encoder.layers.")
                            .replace(".ln_1.", ".layer_norm1.")
                            .replace(".ln_2.", ".layer_norm2.")
                            .replace(".mlp.c_fc.", ".mlp.fc1.")
                            .replace(".mlp.c_proj.", ".mlp.fc2.")
                            .replace(".attn.", ".self_attn.");
        }
        return switch (rest) {
            case "logit_scale" -> rest;
            case "class_embedding" -> level + "embeddings.class_embedding";
            case "positional_embedding" -> level + "embeddings.position_embedding.weight";
            case "conv1.weight" -> level + "embeddings.patch_embedding.weight";
            case "token_embedding.weight" -> level + "embeddings.token_embedding.weight";
            default ->
                level
                        + rest.replace("ln_pre.", "pre_layrnorm.")
                                .replace("ln_post.", "post_layernorm.")
                                .replace("ln_final.", "final_layer_norm.");
        };
    }

    /** A tensor as it is. */
    static SynthLayout same(String name, SynthTensor tensor) {
        return part(name, tensor.shape(), tensor, 0);
    }

    private static SynthLayout part(String name, List<Long> shape, SynthTensor tensor, long first) {
        SynthLayout layout = new SynthLayout(name, shape, tensor, first, 0, 1);
        return new SynthLayout(name, shape, tensor, first, layout.columns(), 1);
    }

    private static SynthLayout transposed(String name, SynthTensor tensor) {
        long rows = tensor.shape().get(0);
        long columns = tensor.shape().get(1);
        return new SynthLayout(name, List.of(columns, rows), tensor, 0, 1, columns);
    }

    private static List<SynthLayout> split(String name, SynthTensor tensor) {
        List<Long> shape = new ArrayList<>(tensor.shape());
        shape.set(0, shape.get(0) / 3);
        long elements = shape.stream().reduce(1L, Math::multiplyExact);
        List<SynthLayout> parts = new ArrayList<>();
        for (String part : List.of("q", "k", "v")) {
            parts.add(part(name.replace(".in_proj_", "." + part + "_proj."), shape, tensor, parts.size() * elements));
        }
        return parts;
    }
}
