package dev.clipjet.cpu;

import dev.clipjet.engine.Engine;
import dev.clipjet.engine.ImageNormalizer;
import dev.clipjet.engine.TowerEngine;
import dev.clipjet.kernels.cpu.WorkerPool;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.preprocess.Preprocessor;
import dev.clipjet.weights.CanonicalTensors;
import dev.clipjet.weights.Checkpoint;
import java.util.Optional;

/** Opens the engine of machines without a GPU. A call uses all worker threads; concurrent calls take turns. */
public final class CpuEngine {
    private CpuEngine() {}

    /**
     * The engine for a model as its files describe it.
     *
     * @param checkpoint the model; must stay open while the engine is used
     * @param threads worker threads, at least 1
     */
    public static Engine open(Checkpoint checkpoint, int threads) {
        return open(checkpoint, checkpoint.spec(), threads);
    }

    /**
     * The engine for a model.
     *
     * @param model the weights; must stay open while the engine is used
     * @param spec what the model is, with the caller's choices applied
     * @param threads worker threads, at least 1
     */
    public static Engine open(CanonicalTensors model, ModelSpec spec, int threads) {
        Optional<ImageNormalizer> normalizer =
                spec.preprocess().map(Preprocessor::of).map(each -> each::normalize);
        WorkerPool pool = new WorkerPool(threads);
        try {
            CpuExecutor executor = new CpuExecutor(model, pool, normalizer);
            return new TowerEngine("cpu", "the CPU engine", spec, executor, () -> {
                executor.close();
                pool.close();
            });
        } catch (RuntimeException | Error e) {
            pool.close();
            throw e;
        }
    }
}
