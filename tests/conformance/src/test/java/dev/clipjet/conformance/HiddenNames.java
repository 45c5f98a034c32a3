package dev.clipjet.conformance;

import dev.clipjet.graph.Op;
import dev.clipjet.graph.Role;
import dev.clipjet.model.ImagePooling;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.VisionTransformer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** How the reference files call what an image tower computes on the way. */
final class HiddenNames {
    private HiddenNames() {}

    /** Names of the reference tensors that an operation's output is to equal, by its roles. */
    static List<String> of(Op op, ImageTower tower) {
        List<String> names = new ArrayList<>();
        for (Role role : op.roles()) {
            names.addAll(tower.accept(new Names(role)));
        }
        return names;
    }

    private record Names(Role role) implements ImageTower.Visitor<List<String>> {
        @Override
        public List<String> visit(VisionTransformer transformer) {
            return switch (role.kind()) {
                case TOKENS -> List.of("vision_embeddings");
                case HIDDEN -> List.of("vision_hidden_" + role.layer());
                case POOLED -> List.of("vision_pooled");
                case LAST_NORMED, EMBEDDING -> List.of();
            };
        }

        @Override
        public List<String> visit(ModifiedResNet resNet) {
            return switch (role.kind()) {
                case HIDDEN -> List.of(role.layer() == 0 ? "vision_stem" : "vision_layer" + role.layer());
                case TOKENS, LAST_NORMED, POOLED, EMBEDDING -> List.of();
            };
        }
    }

    /** What a run is to be compared in; of a tower pooled at the class token, that token is all that the last block computes. */
    static List<String> expected(ImageTower tower) {
        return tower.accept(new ImageTower.Visitor<>() {
            @Override
            public List<String> visit(VisionTransformer transformer) {
                List<String> names = new ArrayList<>(List.of("vision_embeddings", "vision_pooled"));
                boolean all = transformer.pooling() != ImagePooling.CLASS_TOKEN;
                for (int i = 0; i <= transformer.blocks().layers() - (all ? 0 : 1); i++) {
                    names.add("vision_hidden_" + i);
                }
                return names;
            }

            @Override
            public List<String> visit(ModifiedResNet resNet) {
                return List.of("vision_stem", "vision_layer1", "vision_layer2", "vision_layer3", "vision_layer4");
            }
        });
    }

    /** Names of the layers that {@link dev.clipjet.engine.HiddenStates} has, in order. */
    static List<String> layers(ImageTower tower) {
        return tower.accept(new ImageTower.Visitor<>() {
            @Override
            public List<String> visit(VisionTransformer transformer) {
                return IntStream.rangeClosed(0, transformer.blocks().layers())
                        .mapToObj(layer -> "vision_hidden_" + layer)
                        .toList();
            }

            @Override
            public List<String> visit(ModifiedResNet resNet) {
                return List.of("vision_stem", "vision_layer1", "vision_layer2", "vision_layer3", "vision_layer4");
            }
        });
    }

    /** Values in the order of the files: feature maps channel by channel, all else as it is. */
    static float[] asStored(ImageTower tower, float[] values, int rows, int columns) {
        return tower.accept(new ImageTower.Visitor<>() {
            @Override
            public float[] visit(VisionTransformer transformer) {
                return values;
            }

            @Override
            public float[] visit(ModifiedResNet resNet) {
                float[] stored = new float[values.length];
                int size = rows * columns;
                for (int i = 0; i < values.length; i++) {
                    int row = i % size / columns;
                    stored[i / size * size + i % columns * rows + row] = values[i];
                }
                return stored;
            }
        });
    }
}
