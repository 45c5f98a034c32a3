package dev.clipjet.verify;

import dev.clipjet.cpu.CpuExecutor;
import dev.clipjet.cpu.SequenceBatch;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.gpu.GpuExecutor;
import dev.clipjet.gpu.PixelScale;
import dev.clipjet.gpu.PreparedTower;
import dev.clipjet.gpu.Tower;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.graph.TowerGraphs;
import dev.clipjet.kernels.cpu.WorkerPool;
import dev.clipjet.kernels.gpu.StorageType;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.Transformers;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.preprocess.Preprocessor;
import dev.clipjet.weights.Checkpoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs the towers of a model on a GPU and on the CPU, and reports the difference after every launch. The launches are those of any
 * other run.
 */
public final class TowerVerifier implements AutoCloseable {
    private final Checkpoint checkpoint;
    private final Preprocessor preprocessor;
    private final WorkerPool pool;
    private final CpuExecutor cpu;
    private final GpuExecutor gpu;

    /**
     * A verifier.
     *
     * @param checkpoint the model; must stay open while this is used
     * @param device owned by the caller, who closes this first
     * @param threads of the CPU
     */
    public TowerVerifier(Checkpoint checkpoint, GpuDevice device, StorageType type, int threads) {
        this.checkpoint = checkpoint;
        preprocessor = checkpoint.spec().preprocess().map(Preprocessor::of).orElse(null);
        pool = new WorkerPool(threads);
        CpuExecutor opened = null;
        boolean complete = false;
        try {
            opened = new CpuExecutor(checkpoint, pool);
            gpu = new GpuExecutor(
                    checkpoint, device, type, checkpoint.spec().preprocess().map(PixelScale::of));
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
    public static double tolerance(StorageType type) {
        return switch (type) {
            case F32 -> 2e-5;
            case F16 -> Math.sqrt(2 * (1 - 0.9999));
            case BF16 -> 8 * Math.sqrt(2 * (1 - 0.9999));
        };
    }

    /**
     * Compares the image tower.
     *
     * @param images uint8 [S, S, 3] of every image
     * @param report told of every operation as soon as it is compared; the patches cut out of bytes are not, since the GPU normalises
     *     them later
     */
    public void images(List<byte[]> images, Consumer<OperationError> report) {
        VisionTransformer vision = Transformers.image(checkpoint.spec().vision().orElseThrow(), "the engines");
        int size = 3 * vision.imageSize() * vision.imageSize();
        float[] pixels = new float[images.size() * size];
        PreparedTower prepared = gpu.prepare(Tower.IMAGE_BYTES, images.size(), 1);
        prepared.input().begin();
        for (int i = 0; i < images.size(); i++) {
            preprocessor.normalise(images.get(i), pixels, i * size);
            prepared.input().image(images.get(i));
        }
        prepared.input().end();
        Graph graph = TowerGraphs.image(vision, images.size());
        compare("image", prepared, graph, SequenceBatch.images(images.size(), pixels, vision.tokens()), report);
    }

    /**
     * Compares the text tower.
     *
     * @param texts token ids of every text, as {@link PooledToken#cut} gives them
     * @param report told of every operation as soon as it is compared
     */
    public void texts(List<int[]> texts, Consumer<OperationError> report) {
        TextTransformer text = Transformers.text(checkpoint.spec().text().orElseThrow());
        int tokens = texts.stream().mapToInt(ids -> ids.length).sum();
        PreparedTower prepared = gpu.prepare(Tower.TEXT, texts.size(), tokens);
        prepared.input().begin();
        texts.forEach(ids -> prepared.input().text(ids, PooledToken.position(text, ids)));
        prepared.input().end();
        Graph graph = TowerGraphs.text(text, texts.size(), tokens);
        compare("text", prepared, graph, SequenceBatch.texts(texts, ids -> PooledToken.position(text, ids)), report);
    }

    private void compare(
            String tower, PreparedTower prepared, Graph graph, SequenceBatch batch, Consumer<OperationError> report) {
        // Values are reused, so what the CPU computes is kept until the GPU comes to it.
        Map<String, float[]> reference = new HashMap<>();
        cpu.run(graph, batch, op -> {
            float[] values = new float[cpu.rows(op.output()) * op.output().columns()];
            cpu.read(op.output(), values, 0);
            reference.put(op.name(), values);
            return true;
        });
        List<Op> ops = prepared.graph().ops();
        String last = ops.get(ops.size() - 1).name();
        gpu.run(prepared, op -> {
            if (!(op instanceof Op.UnfoldPatches)) {
                double error = RowError.of(
                        gpu.read(op.output()),
                        reference.get(op.name()),
                        op.output().columns());
                report.accept(
                        new OperationError(tower, op.name(), error, op.name().equals(last)));
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
}
