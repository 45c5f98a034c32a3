package dev.clipjet.tests.gpu;

import dev.clipjet.device.GpuDevice;
import dev.clipjet.engine.PreparedTower;
import dev.clipjet.gpu.GpuExecutor;
import dev.clipjet.graph.GraphInput;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.OpDefault;
import dev.clipjet.graph.PixelNormalization;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.model.TextTower;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.verify.RowError;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Every launch of a model on the device under test against the same launch on the emulator. Each launch of the emulator starts from what
 * the device computed before it, so that differences do not add up.
 */
final class LaunchComparison {
    /** Differences of one kind of operation. */
    static final class Kind {
        private int launches;
        private int equal;
        private double worst;

        @Override
        public String toString() {
            return String.format(
                    java.util.Locale.ROOT,
                    "%d launches, %d equal bit for bit, largest error %.1e",
                    launches,
                    equal,
                    worst);
        }
    }

    private final Map<String, Kind> kinds = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();

    Map<String, Kind> kinds() {
        return kinds;
    }

    List<String> failures() {
        return failures;
    }

    /** What one launch in a precision may differ by, where PTX leaves the rounding of sums or functions open. */
    private static double tolerance(ElementType type) {
        return switch (type) {
            case F32 -> 1e-5;
            case F16 -> 2e-3;
            case BF16 -> 1.6e-2;
            default -> throw type.unexpected();
        };
    }

    /** Whether PTX defines every bit: moves, additions and conversions. */
    private static final class Exact extends OpDefault<Boolean> {
        static final Exact VISITOR = new Exact();

        private Exact() {
            super(op -> false);
        }

        @Override
        public Boolean unfoldPatches(Op.UnfoldPatches op) {
            return true;
        }

        @Override
        public Boolean embedTokens(Op.EmbedTokens op) {
            return true;
        }

        @Override
        public Boolean gatherPooled(Op.GatherPooled op) {
            return true;
        }

        @Override
        public Boolean assembleTokens(Op.AssembleTokens op) {
            return true;
        }
    }

    void compare(GoldenCase model, Devices devices, ElementType type) {
        try (SafetensorsFile io = model.open();
                Checkpoint checkpoint = Checkpoint.open(model.source(), model.options());
                GpuDevice tested = devices.tested().get();
                GpuDevice reference = Devices.reference(tested);
                GpuExecutor one = new GpuExecutor(checkpoint, tested, type);
                GpuExecutor other = new GpuExecutor(checkpoint, reference, type)) {
            if (checkpoint.spec().vision().isPresent()) {
                int images = io.tensor("image_features").shape().get(0).intValue();
                boolean bytes = io.find("pixels_uint8").isPresent();
                TowerGraph tower = TowerGraph.image(
                        checkpoint.spec().vision().get(),
                        bytes ? checkpoint.spec().preprocess().map(PixelNormalization::of) : Optional.empty(),
                        TowerGraph.Output.EMBEDDINGS);
                compare(model, type, one, other, images(one, io, tower, images), images(other, io, tower, images));
            }
            if (checkpoint.spec().text().isPresent()) {
                compare(model, type, one, other, texts(one, io, checkpoint), texts(other, io, checkpoint));
            }
        }
    }

    private static PreparedTower images(GpuExecutor executor, SafetensorsFile io, TowerGraph tower, int images) {
        PreparedTower prepared = executor.prepare(tower, images, 1);
        prepared.input().begin();
        GraphInput.Images input = (GraphInput.Images) tower.input();
        if (input.bytes().isPresent()) {
            GoldenCase.bytes(io).orElseThrow().forEach(prepared.input()::image);
        } else {
            float[] pixels = GoldenCase.floats(io);
            for (int i = 0; i < images; i++) {
                prepared.input().image(pixels, i * 3 * input.side() * input.side());
            }
        }
        prepared.input().end();
        return prepared;
    }

    private static PreparedTower texts(GpuExecutor executor, SafetensorsFile io, Checkpoint checkpoint) {
        TextTower text = checkpoint.spec().text().orElseThrow();
        List<int[]> cut = GoldenCase.ids(io).stream()
                .map(ids -> PooledToken.cut(text, ids))
                .toList();
        PreparedTower prepared = executor.prepare(
                TowerGraph.text(text),
                cut.size(),
                cut.stream().mapToInt(ids -> ids.length).sum());
        prepared.input().begin();
        cut.forEach(ids -> prepared.input().text(ids, PooledToken.position(text, ids)));
        prepared.input().end();
        return prepared;
    }

    private void compare(
            GoldenCase model,
            ElementType type,
            GpuExecutor one,
            GpuExecutor other,
            PreparedTower tested,
            PreparedTower reference) {
        List<float[]> outputs = new ArrayList<>();
        one.run(tested, op -> outputs.add(one.read(op.output())));
        int[] step = {0};
        other.run(reference, op -> {
            float[] actual = outputs.get(step[0]++);
            float[] expected = other.read(op.output());
            boolean equal = Arrays.equals(actual, expected);
            double error = RowError.of(actual, expected, op.output().columns());
            Kind kind =
                    kinds.computeIfAbsent(op.getClass().getSimpleName() + " " + type.kernelCode(), key -> new Kind());
            kind.launches++;
            kind.equal += equal ? 1 : 0;
            kind.worst = Math.max(kind.worst, error);
            if (op.accept(Exact.VISITOR) ? !equal : !(error <= tolerance(type))) {
                failures.add(model.name() + " " + type.kernelCode() + " " + op.name() + ": error " + error);
            }
            other.write(op.output(), actual);
            return true;
        });
    }
}
