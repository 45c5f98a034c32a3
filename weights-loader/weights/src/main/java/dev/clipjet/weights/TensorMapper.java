package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.TextTower;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.TensorRule.Layout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the canonical tensors in weight files by the {@linkplain TensorRule rules} of a family. Every shape is checked
 * against the model's description. Only projections that lie [in, out] and resampled position tables are copied.
 */
final class TensorMapper {
    private static final int MAX_NAMED = 8;

    /** How many times larger a resampled position table may be than the stored one; more is no model, but an attack. */
    private static final int MAX_GROWTH = 64;

    /** Far fewer than a block has, so that tensors missing from a model are still named. */
    private static final int FEWEST_OF_BLOCK = 4;

    /** Blocks of a tower whose tensors are looked for in any case. */
    private static final int ALWAYS_NAMED = 32;

    private final WeightFiles files;
    private final Map<CanonicalName, CanonicalTensor> mapped = new LinkedHashMap<>();
    private final Set<String> used = new HashSet<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    TensorMapper(WeightFiles files) {
        this.files = files;
    }

    /** {@linkplain #expectBlocks Expects} the blocks of an image tower. */
    TensorMapper expect(ImageTower tower) {
        return tower.accept(new ImageTower.Visitor<>() {
            @Override
            public TensorMapper visit(VisionTransformer transformer) {
                return expectBlocks(transformer.blocks().layers());
            }

            @Override
            public TensorMapper visit(ModifiedResNet resNet) {
                return expectBlocks(
                        resNet.blocks().stream().mapToInt(Integer::intValue).sum());
            }
        });
    }

    /** {@linkplain #expectBlocks Expects} the blocks of a text tower. */
    TensorMapper expect(TextTower tower) {
        return tower.accept(transformer -> expectBlocks(transformer.blocks().layers()));
    }

    /**
     * Refuses a number of blocks for which the weights cannot have the tensors, before rules are made for each of them.
     *
     * @throws ModelFormatException {@code MALFORMED} if there are fewer than {@value #FEWEST_OF_BLOCK} tensors for each block
     *     beyond the first {@value #ALWAYS_NAMED}
     */
    private TensorMapper expectBlocks(int blocks) {
        int tensors = files.tensors().size();
        if (blocks > ALWAYS_NAMED + tensors / FEWEST_OF_BLOCK) {
            throw new ModelFormatException(
                    Kind.MALFORMED,
                    files.described(),
                    "blocks",
                    "has " + tensors + " tensors, too few for the " + blocks
                            + " blocks of a tower that the configuration calls for");
        }
        return this;
    }

    /**
     * Maps the tensors of some rules.
     *
     * @throws ModelFormatException if a tensor is there with another shape, or with a type that weights do not have
     */
    void add(List<TensorRule> rules) {
        rules.forEach(this::add);
    }

    private void add(TensorRule rule) {
        List<StoredTensor> segments = new ArrayList<>();
        for (String stored : rule.stored()) {
            StoredTensor tensor = files.tensors().get(stored);
            if (tensor == null) {
                missing.add(stored);
                continue;
            }
            used.add(stored);
            segments.add(segment(rule, tensor));
        }
        mapped.put(rule.name(), new CanonicalTensor(rule.name(), rule.shape(), segments));
    }

    private StoredTensor segment(TensorRule rule, StoredTensor tensor) {
        if (tensor.dtype() != ElementType.F32
                && tensor.dtype() != ElementType.F16
                && tensor.dtype() != ElementType.BF16) {
            throw error(
                    Kind.UNSUPPORTED,
                    tensor,
                    "has dtype " + tensor.dtype() + "; supported for weights are F32, F16 and BF16");
        }
        if (tensor.shape().equals(rule.storedShape())) {
            return rule.layout() == Layout.TRANSPOSED ? Rearranged.transposed(tensor) : tensor;
        }
        boolean table = rule.layout() == Layout.IMAGE_POSITIONS || rule.layout() == Layout.TEXT_POSITIONS;
        boolean resizable = table
                && tensor.shape().size() == 2
                && tensor.shape().get(0) > 0
                && tensor.shape().get(1).equals(rule.shape().get(1));
        if (!resizable) {
            throw error(
                    Kind.MALFORMED,
                    tensor,
                    "has shape " + tensor.shape() + ", the configuration calls for " + rule.storedShape());
        }
        return resampled(rule, tensor);
    }

    private StoredTensor resampled(TensorRule rule, StoredTensor tensor) {
        int from = Math.toIntExact(tensor.shape().get(0));
        int to = Math.toIntExact(rule.shape().get(0));
        int width = Math.toIntExact(rule.shape().get(1));
        if (to / MAX_GROWTH > from || (long) to * width > Integer.MAX_VALUE / Float.BYTES) {
            throw error(
                    Kind.LIMIT, tensor, "has " + from + " positions, which cannot be resampled to as many as " + to);
        }
        float[] values = Rearranged.floats(tensor);
        float[] result;
        if (rule.layout() == Layout.TEXT_POSITIONS) {
            result = PositionTables.text(values, from, to, width);
            notes.add("position embeddings of texts resampled from " + from + " to " + to);
        } else {
            int grid = side(tensor, from);
            int wanted = side(tensor, to);
            result = PositionTables.image(values, grid, wanted, width);
            notes.add("position embeddings of images resampled from " + grid + "x" + grid + " to " + wanted + "x"
                    + wanted + " patches");
        }
        return Rearranged.matrix(tensor.name(), to, width, result);
    }

    private int side(StoredTensor tensor, int positions) {
        int side = (int) Math.round(Math.sqrt(positions - 1));
        if (side < 1 || side * side != positions - 1) {
            throw error(
                    Kind.MALFORMED,
                    tensor,
                    "has " + positions + " positions, which are not a class token and a square grid of patches");
        }
        return side;
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

    /**
     * What the user should know: position tables that were resampled, and tensors that no tower uses.
     *
     * @param expected names that are there for another reason, or that are known to carry no weights
     */
    List<String> notes(Predicate<String> expected) {
        List<String> all = new ArrayList<>(notes);
        List<String> names = files.tensors().keySet().stream()
                .filter(name -> !used.contains(name) && !expected.test(name))
                .toList();
        if (!names.isEmpty()) {
            all.add(names.size() + " tensors of the weights are not used: " + shortened(names.stream(), names.size()));
        }
        return all;
    }

    private static String shortened(Stream<String> names, int count) {
        return names.limit(MAX_NAMED).collect(Collectors.joining(", ")) + (count > MAX_NAMED ? ", ..." : "");
    }

    private ModelFormatException error(Kind kind, StoredTensor tensor, String problem) {
        return new ModelFormatException(kind, files.origin(tensor.name()), "tensor \"" + tensor.name() + "\"", problem);
    }
}
