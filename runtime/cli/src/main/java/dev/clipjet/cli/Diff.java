package dev.clipjet.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.convert.ModelDifference;
import dev.clipjet.convert.ModelDifference.Setting;
import dev.clipjet.convert.TensorDifference;
import dev.clipjet.convert.TensorDifference.Kind;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.Checkpoint;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clipjet diff}: how two models differ. */
@Command(
        name = "diff",
        description = {
            "Say which tensors and settings of two models differ, and by how much, whatever formats they are in.",
            "Exit code 3 if tensors, towers, logit scale or logit bias differ."
        })
final class Diff implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "A", description = "A model directory or a weight file.")
    private Path first;

    @Parameters(index = "1", paramLabel = "B", description = "Another.")
    private Path second;

    @Option(names = "--json", description = "One JSON document on stdout, with every tensor.")
    private boolean json;

    @Mixin
    private CheckpointArguments checkpointArguments;

    @Override
    public Integer call() {
        try (Checkpoint a = Checkpoint.open(first, checkpointArguments.options());
                Checkpoint b = Checkpoint.open(second, checkpointArguments.options())) {
            ModelDifference difference = ModelDifference.of(a, b);
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                Json.print(document(difference), out);
            } else {
                print(difference, out);
            }
            return difference.isEmpty() ? 0 : Failures.DIFFERENT;
        }
    }

    private void print(ModelDifference difference, PrintWriter out) {
        difference.towers().forEach(setting -> out.println(line(setting)));
        difference.surroundings().forEach(setting -> out.println(line(setting)));
        List<TensorDifference> differing = difference.tensors().stream()
                .filter(tensor -> tensor.kind() != Kind.EQUAL)
                .toList();
        differing.forEach(tensor -> out.println(line(tensor)));
        long retyped = difference.tensors().stream()
                .filter(tensor -> tensor.kind() == Kind.EQUAL && tensor.first() != tensor.second())
                .count();
        out.println((differing.isEmpty() ? "no tensor differs" : differing.size() + " tensors differ") + ", "
                + (difference.tensors().size() - differing.size()) + " are equal bit for bit"
                + (retyped > 0 ? ", " + retyped + " of them stored in another type" : ""));
        out.flush();
    }

    private static String line(Setting setting) {
        return setting.name() + ": " + shown(setting.first()) + " and " + shown(setting.second());
    }

    private static String shown(String value) {
        return value.isEmpty() ? "none" : value;
    }

    private String line(TensorDifference tensor) {
        return tensor.name()
                + switch (tensor.kind()) {
                    case ONLY_IN_FIRST -> ": only in " + first;
                    case ONLY_IN_SECOND -> ": only in " + second;
                    case SHAPE -> ": shapes differ";
                    default ->
                        String.format(
                                Locale.ROOT,
                                ": %,d of %,d values differ, by at most %.3g absolute, %.3g relative, %.4g ulp (%s)",
                                tensor.differing(),
                                tensor.elements(),
                                tensor.maxAbsolute(),
                                tensor.maxRelative(),
                                tensor.maxUlp(),
                                types(tensor));
                };
    }

    private static String types(TensorDifference tensor) {
        return tensor.first() == tensor.second()
                ? WeightType.name(tensor.first())
                : WeightType.name(tensor.first()) + ", " + WeightType.name(tensor.second());
    }

    private ObjectNode document(ModelDifference difference) {
        ObjectNode root = Json.object()
                .put("first", first.toString())
                .put("second", second.toString())
                .put("equal", difference.isEmpty());
        settings(root.putArray("towers"), difference.towers());
        settings(root.putArray("surroundings"), difference.surroundings());
        ArrayNode tensors = root.putArray("tensors");
        difference.tensors().forEach(tensor -> {
            ObjectNode node = tensors.addObject()
                    .put("name", tensor.name())
                    .put("difference", Labels.label(tensor.kind()))
                    .put("elements", tensor.elements());
            type(node, "first_dtype", tensor.first());
            type(node, "second_dtype", tensor.second());
            if (tensor.kind() == Kind.VALUES) {
                node.put("differing", tensor.differing());
                number(node, "max_absolute", tensor.maxAbsolute());
                number(node, "max_relative", tensor.maxRelative());
                number(node, "max_ulp", tensor.maxUlp());
            }
        });
        return root;
    }

    private static void type(ObjectNode node, String key, ElementType type) {
        if (type != null) {
            node.put(key, WeightType.name(type));
        }
    }

    /** JSON has no infinity; null stands for a difference to a value that is not finite. */
    private static void number(ObjectNode node, String key, double value) {
        if (Double.isFinite(value)) {
            node.put(key, value);
        } else {
            node.putNull(key);
        }
    }

    private static void settings(ArrayNode array, List<Setting> settings) {
        settings.forEach(setting -> array.addObject()
                .put("name", setting.name())
                .put("first", setting.first())
                .put("second", setting.second()));
    }
}
