package dev.clipjet.cpu;

import dev.clipjet.engine.Executor;
import dev.clipjet.engine.ImageNormalizer;
import dev.clipjet.engine.Observer;
import dev.clipjet.engine.PreparedTower;
import dev.clipjet.engine.RunLimits;
import dev.clipjet.engine.StoredTensorSource;
import dev.clipjet.error.ClosedException;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.GraphInput;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.graph.Value;
import dev.clipjet.kernels.cpu.FloatMemory;
import dev.clipjet.kernels.cpu.WorkerPool;
import dev.clipjet.weights.CanonicalTensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs graphs on the CPU in float32, with all cores on one operation at a time. A tower is prepared once for each power of two of
 * images, or of tokens. Not thread-safe: one run at a time, which the owner sees to.
 */
public final class CpuExecutor implements Executor {
    private static final int MAX_IMAGES = 16;
    private static final int MAX_TEXT_TOKENS = 1_024;

    /** Intermediate results of a run of images: 256 MiB. */
    private static final long MAX_ARENA_FLOATS = 64L << 20;

    private static final Observer TO_THE_END = op -> true;

    private final WorkerPool pool;
    private final Optional<ImageNormalizer> normalizer;
    private final CpuWeights weights;
    private final CpuKernels kernels;
    private final Map<TowerGraph, CpuTower[]> prepared = new HashMap<>();
    private final Map<TowerGraph, RunLimits> limits = new HashMap<>();
    private FloatMemory arena = new FloatMemory(0);
    private CpuTower current;
    private boolean closed;

    /**
     * An executor.
     *
     * @param model the weights; must stay open while this executor is used
     * @param pool owned by the caller
     * @param normalizer for images as bytes; without it, they are taken as normalized floats only
     */
    public CpuExecutor(CanonicalTensors model, WorkerPool pool, Optional<ImageNormalizer> normalizer) {
        this.pool = pool;
        this.normalizer = normalizer;
        weights = new CpuWeights(new StoredTensorSource(model));
        kernels = new CpuKernels(pool);
    }

    @Override
    public boolean wantsBytes() {
        return false;
    }

    @Override
    public RunLimits limits(TowerGraph tower) {
        return limits.computeIfAbsent(tower, CpuExecutor::limitsOf);
    }

    private static RunLimits limitsOf(TowerGraph tower) {
        if (tower.input() instanceof GraphInput.Texts) {
            return new RunLimits(MAX_TEXT_TOKENS, MAX_TEXT_TOKENS);
        }
        long arenaOfOne = Math.max(1, new CpuPlan(tower.build(1)).memory().size());
        return new RunLimits((int) Math.max(1, Math.min(MAX_IMAGES, MAX_ARENA_FLOATS / arenaOfOne)), 0);
    }

    @Override
    public PreparedTower prepare(TowerGraph tower, int items, int tokens) {
        checkOpen();
        // A text has at least one token, so a bucket of tokens bounds the number of texts as well.
        int count = tower.input() instanceof GraphInput.Texts ? Math.max(items, tokens) : items;
        int bucket = count <= 1 ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(count - 1);
        CpuTower[] buckets = prepared.get(tower);
        if (buckets == null) {
            buckets = new CpuTower[Integer.SIZE];
            prepared.put(tower, buckets);
        }
        if (buckets[bucket] == null) {
            buckets[bucket] = build(tower.build(1 << bucket, 1 << bucket));
        }
        return buckets[bucket];
    }

    private CpuTower build(Graph graph) {
        CpuTower tower = new CpuTower(this, graph, new CpuInput(graph, normalizer));
        CpuLowering lowering = new CpuLowering(kernels, weights, this, tower);
        List<CpuTower.Step> steps = new ArrayList<>();
        for (CpuPlan.Step step : tower.plan().steps()) {
            steps.add(lowering.lower(step));
        }
        tower.steps(steps);
        return tower;
    }

    @Override
    public void run(PreparedTower tower) {
        run(tower, TO_THE_END);
    }

    @Override
    public void run(PreparedTower tower, Observer observer) {
        checkOpen();
        current = (CpuTower) tower;
        long size = current.plan().memory().size();
        if (arena.size() < size) {
            arena.close();
            arena = new FloatMemory(0); // stays usable if the next line fails
            arena = new FloatMemory(size);
        }
        current.input().normalize(pool);
        List<Op> observable = current.observable();
        for (int i = 0; i < observable.size(); i++) {
            current.step(i).run();
            if (!observer.after(observable.get(i))) {
                return;
            }
        }
    }

    @Override
    public float[] read(Value value) {
        float[] values = new float[current.rows(value) * value.columns()];
        arena.floats().get(current.offset(value), values);
        return values;
    }

    /** The values of the current run. */
    FloatMemory arena() {
        return arena;
    }

    @Override
    public boolean isUsableAfter(RuntimeException failure) {
        return true;
    }

    @Override
    public RuntimeException unusable(RuntimeException cause, String detail) {
        throw new IllegalStateException("the CPU stays usable", cause);
    }

    private void checkOpen() {
        if (closed) {
            throw new ClosedException("the CPU executor");
        }
    }

    /** Frees the arena and the packed weights. The pool and the model belong to the caller. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            prepared.clear();
            kernels.close();
            weights.close();
            arena.close();
        }
    }
}
