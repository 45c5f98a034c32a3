package dev.clipjet.cpu;

import dev.clipjet.engine.Engine;
import dev.clipjet.engine.HiddenStates;
import dev.clipjet.error.ClosedException;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.graph.TowerGraphs;
import dev.clipjet.graph.Value;
import dev.clipjet.kernels.cpu.WorkerPool;
import dev.clipjet.model.TextSpec;
import dev.clipjet.model.VisionSpec;
import dev.clipjet.weights.Checkpoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;

/**
 * The engine of machines without a GPU. A call uses all worker threads; concurrent calls take turns. Graphs are built
 * once per bucket: a power of two of images, or of tokens.
 */
public final class CpuEngine implements Engine {
    private static final int MOST_IMAGES = 16;
    private static final int MOST_IMAGE_TOKENS = 8_192;
    private static final int MOST_TEXT_TOKENS = 1_024;

    private final Checkpoint checkpoint;
    private final WorkerPool pool;
    private final CpuExecutor executor;
    private final ReentrantLock oneRunAtATime = new ReentrantLock();
    private final Map<Integer, Graph> imageGraphs = new HashMap<>();
    private final Map<Integer, Graph> textGraphs = new HashMap<>();
    private boolean closed;

    /**
     * @param checkpoint the model; must stay open while the engine is used
     * @param threads worker threads, at least 1
     */
    public CpuEngine(Checkpoint checkpoint, int threads) {
        this.checkpoint = checkpoint;
        pool = new WorkerPool(threads);
        try {
            executor = new CpuExecutor(checkpoint, pool);
        } catch (RuntimeException | Error e) {
            pool.close();
            throw e;
        }
    }

    @Override
    public String device() {
        return "cpu";
    }

    @Override
    public float[][] embedImages(float[] pixels, int images) {
        VisionSpec vision = checkpoint.spec().vision().orElseThrow();
        int imageFloats = 3 * vision.imageSize() * vision.imageSize();
        int chunk = Math.max(1, Math.min(MOST_IMAGES, MOST_IMAGE_TOKENS / vision.tokens()));
        float[][] embeddings = new float[images][];
        for (int from = 0; from < images; from += chunk) {
            int count = Math.min(chunk, images - from);
            float[] part = images <= chunk
                    ? pixels
                    : Arrays.copyOfRange(pixels, from * imageFloats, (from + count) * imageFloats);
            SequenceBatch batch = SequenceBatch.images(count, part, vision.tokens());
            run(imageGraphs, bucket(count), size -> TowerGraphs.image(vision, size), batch, embeddings, from);
        }
        return embeddings;
    }

    @Override
    public float[][] embedTexts(List<int[]> texts) {
        TextSpec text = checkpoint.spec().text().orElseThrow();
        float[][] embeddings = new float[texts.size()][];
        int from = 0;
        while (from < texts.size()) {
            int to = from + 1;
            int tokens = texts.get(from).length;
            while (to < texts.size() && tokens + texts.get(to).length <= MOST_TEXT_TOKENS) {
                tokens += texts.get(to).length;
                to++;
            }
            SequenceBatch batch = SequenceBatch.texts(texts.subList(from, to), ids -> PooledToken.position(text, ids));
            // A text has at least one token, so a bucket of tokens bounds the number of texts as well.
            run(textGraphs, bucket(tokens), size -> TowerGraphs.text(text, size, size), batch, embeddings, from);
            from = to;
        }
        return embeddings;
    }

    @Override
    public HiddenStates textHiddenStates(int[] ids) {
        TextSpec text = checkpoint.spec().text().orElseThrow();
        int width = text.blocks().width();
        Graph graph = TowerGraphs.textAllPositions(text, 1, ids.length);
        List<float[]> layers = new ArrayList<>();
        float[] lastNormed = new float[ids.length * width];
        oneRunAtATime.lock();
        try {
            checkOpen();
            executor.run(graph, SequenceBatch.texts(List.of(ids), all -> all.length - 1), op -> {
                if (op.name().equals("text.embeddings") || op.name().endsWith(".mlp.fc2")) {
                    float[] layer = new float[ids.length * width];
                    executor.read(op.output(), layer, 0);
                    layers.add(layer);
                }
                return true;
            });
            executor.read(graph.result(), lastNormed, 0);
        } finally {
            oneRunAtATime.unlock();
        }
        return new HiddenStates(ids.length, width, layers, lastNormed);
    }

    private void run(
            Map<Integer, Graph> graphs,
            int bucket,
            IntFunction<Graph> builder,
            SequenceBatch batch,
            float[][] embeddings,
            int from) {
        oneRunAtATime.lock();
        try {
            checkOpen();
            Graph graph = graphs.computeIfAbsent(bucket, builder::apply);
            executor.run(graph, batch);
            Value result = graph.result();
            float[] flat = new float[batch.sequences() * result.columns()];
            executor.read(result, flat, 0);
            for (int i = 0; i < batch.sequences(); i++) {
                embeddings[from + i] = Arrays.copyOfRange(flat, i * result.columns(), (i + 1) * result.columns());
            }
        } finally {
            oneRunAtATime.unlock();
        }
    }

    /** The smallest power of two that holds {@code count}. */
    private static int bucket(int count) {
        return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
    }

    private void checkOpen() {
        if (closed) {
            throw new ClosedException("the CPU engine");
        }
    }

    /** Waits for the call in progress, then frees everything but the checkpoint. */
    @Override
    public void close() {
        oneRunAtATime.lock();
        try {
            if (!closed) {
                closed = true;
                executor.close();
                pool.close();
            }
        } finally {
            oneRunAtATime.unlock();
        }
    }
}
