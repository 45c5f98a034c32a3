package dev.clipjet.verify;

import dev.clipjet.cpu.CpuExecutor;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.engine.PreparedTower;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.gpu.GpuExecutor;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.OpDefault;
import dev.clipjet.graph.PixelNormalization;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.graph.Role;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.kernels.cpu.WorkerPool;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.TextTower;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.preprocess.Preprocessor;
import dev.clipjet.weights.Checkpoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs the towers of a model on a GPU and on the CPU, and reports the difference after every operation that both let observe; an
 * operation that one of them computes as part of another is compared with that. The launches are those of any other run.
 */
public final class TowerVerifier implements AutoCloseable {
    private final Checkpoint checkpoint;
    private final WorkerPool pool;
    private final CpuExecutor cpu;
    private final GpuExecutor gpu;

    /**
     * A verifier.
     *
     * @param checkpoint the model; must stay open while this is used
     * @param device owned by the caller, who closes this first
     * @param type of weights and activations on the GPU
     * @param threads of the CPU
     */
    public TowerVerifier(Checkpoint checkpoint, GpuDevice device, ElementType type, int threads) {
        this.checkpoint = checkpoint;
        pool = new WorkerPool(threads);
        CpuExecutor opened = null;
        boolean complete = false;
        try {
            opened = new CpuExecutor(
                    checkpoint,
                    pool,
                    checkpoint.spec().preprocess().map(Preprocessor::of).map(each -> each::normalize));
            gpu = new GpuExecutor(checkpoint, device, type);
            complete = true;
        } finally {
            if (!complete) {
                if (opened != null) {
                    opened.close();
                }
                pool.close();
            }
        }
        cpu = opened;
    }

    /**
     * The relative error that embeddings may have: that of float32 rounding, or the one that leaves a cosine of 0.9999 in fp16; bf16
     * has three bits fewer.
     */
    public static double tolerance(ElementType type) {
        return switch (type) {
            case F32 -> 2e-5;
            case F16 -> Math.sqrt(2 * (1 - 0.9999));
            case BF16 -> 8 * Math.sqrt(2 * (1 - 0.9999));
            default -> throw type.unexpected();
        };
    }

    /**
     * Compares the image tower.
     *
     * @param images uint8 [S, S, 3] of every image
     * @param report told of every operation as soon as it is compared; the patches cut out of bytes are not, since the GPU normalizes
     *     them later
     */
    public void images(List<byte[]> images, Consumer<OperationError> report) {
        ImageTower tower = checkpoint.spec().vision().orElseThrow();
        PreprocessSpec preprocess = checkpoint
                .spec()
                .preprocess()
                .orElseThrow(() ->
                        new InvalidInputException(checkpoint.source() + " does not say how pixels are normalized"));
        TowerGraph bytes =
                TowerGraph.image(tower, Optional.of(PixelNormalization.of(preprocess)), TowerGraph.Output.EMBEDDINGS);
        compare(
                cpu.prepare(TowerGraph.image(tower), images.size(), 1),
                gpu.prepare(bytes, images.size(), 1),
                prepared -> images.forEach(prepared.input()::image),
                report);
    }

    /**
     * Compares the text tower.
     *
     * @param texts token ids of every text, as {@link PooledToken#cut} gives them
     * @param report told of every operation as soon as it is compared
     */
    public void texts(List<int[]> texts, Consumer<OperationError> report) {
        TextTower tower = checkpoint.spec().text().orElseThrow();
        TowerGraph graph = TowerGraph.text(tower);
        int tokens = texts.stream().mapToInt(ids -> ids.length).sum();
        compare(
                cpu.prepare(graph, texts.size(), tokens),
                gpu.prepare(graph, texts.size(), tokens),
                prepared -> texts.forEach(ids -> prepared.input().text(ids, PooledToken.position(tower, ids))),
                report);
    }

    private void compare(
            PreparedTower onCpu, PreparedTower onGpu, Consumer<PreparedTower> filler, Consumer<OperationError> report) {
        for (PreparedTower prepared : List.of(onCpu, onGpu)) {
            prepared.input().begin();
            filler.accept(prepared);
            prepared.input().end();
        }
        // Values are reused, so what the CPU computes is kept until the GPU comes to it.
        Map<String, float[]> reference = new HashMap<>();
        cpu.run(onCpu, op -> {
            reference.put(op.name(), cpu.read(op.output()));
            return true;
        });
        gpu.run(onGpu, op -> {
            float[] expected = reference.get(op.name());
            if (expected != null && op.accept(SameInBothGraphs.VISITOR)) {
                double error =
                        RowError.of(gpu.read(op.output()), expected, op.output().columns());
                report.accept(new OperationError(
                        onGpu.graph().name(), op.name(), error, op.roles().contains(Role.EMBEDDING)));
            }
            return true;
        });
    }

    @Override
    public void close() {
        try {
            gpu.close();
        } finally {
            cpu.close();
            pool.close();
        }
    }

    /** Whether an operation has the same output in graphs of bytes and of normalized images. */
    private static final class SameInBothGraphs extends OpDefault<Boolean> {
        static final SameInBothGraphs VISITOR = new SameInBothGraphs();

        private SameInBothGraphs() {
            super(op -> true);
        }

        @Override
        public Boolean unfoldPatches(Op.UnfoldPatches op) {
            return op.bytes().isEmpty();
        }
    }
}
