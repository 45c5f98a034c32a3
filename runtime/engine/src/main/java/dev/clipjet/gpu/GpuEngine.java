package dev.clipjet.gpu;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.engine.Engine;
import dev.clipjet.engine.HiddenStates;
import dev.clipjet.error.ClosedException;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.kernels.gpu.StorageType;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.Transformers;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.weights.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The engine on a GPU. Thread-safe; concurrent calls take turns. Texts are packed end to end, batches are split, and each part runs as
 * one graph of the bucket that holds it. When a call to the device fails and the device does not work any more, every later call fails
 * and says why.
 */
public final class GpuEngine implements Engine {
    /** Tokens of a run: enough to keep every multiprocessor busy, few enough that intermediate results stay small. */
    private static final int MOST_TOKENS = 16_384;

    private static final int MOST_SEQUENCES = 256;

    private final String label;
    private final Checkpoint checkpoint;
    private final boolean takesBytes;
    private final GpuExecutor executor;
    private final Closing owned = new Closing();
    private final ReentrantLock oneRunAtATime = new ReentrantLock();
    private DeviceException poison;
    private boolean closed;

    /**
     * Loads a model onto a device: weights, kernels, and the graphs for one image and one text.
     *
     * @param label how reports name the device
     * @param checkpoint the model; must stay open while the engine is used
     * @param device owned by the engine from now on, even if this fails
     * @param pixels how bytes become the image tower's input; without it, images are taken as normalised floats only
     * @param type storage of weights and activations
     */
    public GpuEngine(
            String label, Checkpoint checkpoint, GpuDevice device, Optional<PixelScale> pixels, StorageType type) {
        this.label = label;
        this.checkpoint = checkpoint;
        takesBytes = pixels.isPresent();
        owned.add(device);
        try {
            executor = owned.add(new GpuExecutor(checkpoint, device, type, pixels));
            if (checkpoint.spec().vision().isPresent()) {
                executor.prepare(takesBytes ? Tower.IMAGE_BYTES : Tower.IMAGE_FLOATS, 1, 1);
            }
            if (checkpoint.spec().text().isPresent()) {
                executor.prepare(Tower.TEXT, 1, 1);
            }
        } catch (RuntimeException | Error e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    @Override
    public String device() {
        return label;
    }

    @Override
    public boolean takesBytes() {
        return takesBytes;
    }

    @Override
    public float[][] embedBytes(List<byte[]> images) {
        return embedImages(Tower.IMAGE_BYTES, images.size(), (input, image) -> input.image(images.get(image)));
    }

    @Override
    public float[][] embedImages(float[] pixels, int images) {
        VisionTransformer vision = Transformers.image(checkpoint.spec().vision().orElseThrow(), "the engines");
        int imageFloats = 3 * vision.imageSize() * vision.imageSize();
        return embedImages(Tower.IMAGE_FLOATS, images, (input, image) -> input.image(pixels, image * imageFloats));
    }

    /** Puts an image into the input. */
    private interface Filler {
        void put(TowerInput input, int image);
    }

    private float[][] embedImages(Tower tower, int images, Filler filler) {
        VisionTransformer vision = Transformers.image(checkpoint.spec().vision().orElseThrow(), "the engines");
        int chunk = Buckets.within(Math.max(1, Math.min(MOST_SEQUENCES, MOST_TOKENS / vision.tokens())));
        float[][] embeddings = new float[images][vision.outputDim()];
        for (int from = 0; from < images; from += chunk) {
            int first = from;
            int count = Math.min(chunk, images - from);
            guarded(() -> {
                PreparedTower prepared = executor.prepare(tower, count, 1);
                prepared.input().begin();
                for (int i = 0; i < count; i++) {
                    filler.put(prepared.input(), first + i);
                }
                return run(prepared, embeddings, first);
            });
        }
        return embeddings;
    }

    @Override
    public float[][] embedTexts(List<int[]> texts) {
        TextTransformer text = Transformers.text(checkpoint.spec().text().orElseThrow());
        float[][] embeddings = new float[texts.size()][text.outputDim()];
        int from = 0;
        while (from < texts.size()) {
            int first = from;
            int to = from + 1;
            int tokens = texts.get(from).length;
            while (to < texts.size() && to - from < MOST_SEQUENCES && tokens + texts.get(to).length <= MOST_TOKENS) {
                tokens += texts.get(to).length;
                to++;
            }
            int total = tokens;
            List<int[]> part = texts.subList(from, to);
            guarded(() -> {
                PreparedTower prepared = executor.prepare(Tower.TEXT, part.size(), total);
                prepared.input().begin();
                for (int[] ids : part) {
                    prepared.input().text(ids, PooledToken.position(text, ids));
                }
                return run(prepared, embeddings, first);
            });
            from = to;
        }
        return embeddings;
    }

    private int run(PreparedTower prepared, float[][] embeddings, int first) {
        prepared.input().end();
        executor.run(prepared);
        int count = prepared.input().filled();
        for (int i = 0; i < count; i++) {
            prepared.result(i, embeddings[first + i], 0);
        }
        return count;
    }

    @Override
    public HiddenStates textHiddenStates(int[] ids) {
        int width = Transformers.text(checkpoint.spec().text().orElseThrow())
                .blocks()
                .width();
        return guarded(() -> {
            PreparedTower prepared = executor.prepare(Tower.TEXT_ALL_POSITIONS, 1, ids.length);
            prepared.input().begin();
            prepared.input().text(ids, ids.length - 1);
            prepared.input().end();
            List<float[]> layers = new ArrayList<>();
            executor.run(prepared, op -> {
                if (isLayer(op)) {
                    layers.add(executor.read(op.output()));
                }
                return true;
            });
            return new HiddenStates(
                    ids.length, width, layers, executor.read(prepared.graph().result()));
        });
    }

    private static boolean isLayer(Op op) {
        return op.name().equals("text.embeddings") || op.name().endsWith(".mlp.fc2");
    }

    private <T> T guarded(Supplier<T> call) {
        oneRunAtATime.lock();
        try {
            if (closed) {
                throw new ClosedException("the GPU engine");
            }
            if (poison != null) {
                throw unusable(poison, "an earlier call failed: " + poison.getMessage());
            }
            try {
                return call.get();
            } catch (DeviceException e) {
                if (executor.isUsableAfter(e)) {
                    throw e;
                }
                poison = e;
                throw unusable(e, String.valueOf(e.getMessage()));
            }
        } finally {
            oneRunAtATime.unlock();
        }
    }

    private DeviceException unusable(DeviceException cause, String detail) {
        DeviceException failure = new DeviceException(
                cause.call(),
                cause.code(),
                cause.codeName(),
                detail + "; after this error the device " + label
                        + " does nothing more for this model: close it and load it" + " again");
        failure.initCause(cause);
        return failure;
    }

    /** Waits for the call in progress, then frees everything on the device, and closes it. */
    @Override
    public void close() {
        oneRunAtATime.lock();
        try {
            if (!closed) {
                closed = true;
                owned.close();
            }
        } finally {
            oneRunAtATime.unlock();
        }
    }
}
