package dev.clipjet.gpu;

import dev.clipjet.device.GpuDevice;
import dev.clipjet.engine.Engine;
import dev.clipjet.engine.TowerEngine;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.CanonicalTensors;
import dev.clipjet.weights.Checkpoint;

/** Opens the engine on a GPU. Each run is one captured graph of the bucket of sizes that holds it. */
public final class GpuEngine {
    private GpuEngine() {}

    /**
     * Loads a model as its files describe it onto a device.
     *
     * @param label how reports name the device
     * @param checkpoint the model; must stay open while the engine is used
     * @param device owned by the engine from now on, even if this fails
     * @param type storage of weights and activations
     */
    public static Engine open(String label, Checkpoint checkpoint, GpuDevice device, ElementType type) {
        return open(label, checkpoint, checkpoint.spec(), device, type);
    }

    /**
     * Loads a model onto a device: weights, kernels, and the graphs for one image and one text.
     *
     * @param label how reports name the device
     * @param model the weights; must stay open while the engine is used
     * @param spec what the model is, with the caller's choices applied
     * @param device owned by the engine from now on, even if this fails
     * @param type storage of weights and activations
     */
    public static Engine open(
            String label, CanonicalTensors model, ModelSpec spec, GpuDevice device, ElementType type) {
        Closer owned = new Closer();
        owned.add(device);
        try {
            GpuExecutor executor = owned.add(new GpuExecutor(model, device, type));
            TowerEngine engine = new TowerEngine(label, "the GPU engine", spec, executor, owned);
            engine.warmUp();
            return engine;
        } catch (RuntimeException | Error e) {
            owned.closeAfter(e);
            throw e;
        }
    }
}
