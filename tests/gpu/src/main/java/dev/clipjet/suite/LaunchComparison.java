package dev.clipjet.suite;

import dev.clipjet.device.GpuDevice;
import dev.clipjet.gpu.GpuExecutor;
import dev.clipjet.gpu.PixelScale;
import dev.clipjet.gpu.PreparedTower;
import dev.clipjet.gpu.Tower;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.kernels.gpu.StorageType;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.verify.RowError;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
    private static double tolerance(StorageType type) {
        return switch (type) {
            case F32 -> 1e-5;
            case F16 -> 2e-3;
            case BF16 -> 1.6e-2;
        };
    }

    /** Whether PTX defines every bit: moves, additions and conversions. */
    private static boolean isExact(Op op) {
        return op instanceof Op.UnfoldPatches
                || op instanceof Op.EmbedTokens
                || op instanceof Op.GatherPooled
                || op instanceof Op.AssembleImageTokens;
    }

    void compare(GoldenCase model, Devices devices, StorageType type) {
        try (SafetensorsFile io = model.open();
                Checkpoint checkpoint = Checkpoint.open(model.source(), model.options());
                GpuDevice tested = devices.tested().get();
                GpuDevice reference = Devices.reference(tested);
                GpuExecutor one = executor(checkpoint, tested, type);
                GpuExecutor other = executor(checkpoint, reference, type)) {
            if (checkpoint.spec().vision().isPresent()) {
                int images = io.tensor("image_features").shape().get(0).intValue();
                boolean bytes = io.find("pixels_uint8").isPresent();
                Tower tower = bytes ? Tower.IMAGE_BYTES : Tower.IMAGE_FLOATS;
                compare(
                        model,
                        type,
                        one,
                        other,
                        images(one, io, checkpoint, tower, images),
                        images(other, io, checkpoint, tower, images));
            }
            if (checkpoint.spec().text().isPresent()) {
                compare(model, type, one, other, texts(one, io, checkpoint), texts(other, io, checkpoint));
            }
        }
    }

    private static GpuExecutor executor(Checkpoint checkpoint, GpuDevice device, StorageType type) {
        return new GpuExecutor(
                checkpoint, device, type, checkpoint.spec().preprocess().map(PixelScale::of));
    }

    private static PreparedTower images(
            GpuExecutor executor, SafetensorsFile io, Checkpoint checkpoint, Tower tower, int images) {
        VisionTransformer vision =
                checkpoint.spec().vision().map(VisionTransformer.class::cast).orElseThrow();
        PreparedTower prepared = executor.prepare(tower, images, 1);
        prepared.input().begin();
        if (tower == Tower.IMAGE_BYTES) {
            GoldenCase.bytes(io).orElseThrow().forEach(prepared.input()::image);
        } else {
            float[] pixels = GoldenCase.floats(io);
            for (int i = 0; i < images; i++) {
                prepared.input().image(pixels, i * 3 * vision.imageSize() * vision.imageSize());
            }
        }
        prepared.input().end();
        return prepared;
    }

    private static PreparedTower texts(GpuExecutor executor, SafetensorsFile io, Checkpoint checkpoint) {
        TextTransformer text =
                checkpoint.spec().text().map(TextTransformer.class::cast).orElseThrow();
        List<int[]> cut = GoldenCase.ids(io).stream()
                .map(ids -> PooledToken.cut(text, ids))
                .toList();
        PreparedTower prepared = executor.prepare(
                Tower.TEXT, cut.size(), cut.stream().mapToInt(ids -> ids.length).sum());
        prepared.input().begin();
        cut.forEach(ids -> prepared.input().text(ids, PooledToken.position(text, ids)));
        prepared.input().end();
        return prepared;
    }

    private void compare(
            GoldenCase model,
            StorageType type,
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
            Kind kind = kinds.computeIfAbsent(op.getClass().getSimpleName() + " " + type.suffix(), key -> new Kind());
            kind.launches++;
            kind.equal += equal ? 1 : 0;
            kind.worst = Math.max(kind.worst, error);
            if (isExact(op) ? !equal : !(error <= tolerance(type))) {
                failures.add(model.name() + " " + type.suffix() + " " + op.name() + ": error " + error);
            }
            other.write(op.output(), actual);
            return true;
        });
    }
}
