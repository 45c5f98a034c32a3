package dev.clipjet.engine;

import dev.clipjet.error.ClosedException;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.PixelNormalization;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.graph.Role;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.graph.TowerGraph.Output;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.TextTower;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The engine over any executor. Thread-safe; concurrent calls take turns. Batches are split into runs, and texts packed end to end. When
 * a call fails and the device does not work any more, every later call fails and says why.
 */
public final class TowerEngine implements Engine {
    private static final int SHORTEST_TEXT = 1;

    private final String device;
    private final String owner;
    private final Executor executor;
    private final AutoCloseable owned;
    private final Optional<ImageTower> imageTower;
    private final Optional<TextTower> textTower;
    private final boolean normalizesBytes;
    private final TowerGraph imagesAsBytes;
    private final TowerGraph imagesAsFloats;
    private final TowerGraph imageLayers;
    private final TowerGraph texts;
    private final TowerGraph textLayers;
    private final ReentrantLock oneRunAtATime = new ReentrantLock();
    private RuntimeException poison;
    private boolean closed;

    /**
     * An engine.
     *
     * @param device how reports name the device
     * @param owner how errors name the engine, for example {@code the CPU engine}
     * @param spec the towers
     * @param executor owned by {@code owned}
     * @param owned closed with this engine, once
     */
    public TowerEngine(String device, String owner, ModelSpec spec, Executor executor, AutoCloseable owned) {
        this.device = device;
        this.owner = owner;
        this.executor = executor;
        this.owned = owned;
        imageTower = spec.vision();
        textTower = spec.text();
        normalizesBytes = spec.preprocess().isPresent();
        Optional<PixelNormalization> bytes =
                executor.wantsBytes() ? spec.preprocess().map(PixelNormalization::of) : Optional.empty();
        imagesAsBytes = imageTower
                .map(tower -> TowerGraph.image(tower, bytes, Output.EMBEDDINGS))
                .orElse(null);
        imagesAsFloats = imageTower.map(TowerGraph::image).orElse(null);
        imageLayers = imageTower
                .map(tower -> TowerGraph.image(tower, Optional.empty(), Output.HIDDEN_STATES))
                .orElse(null);
        texts = textTower.map(TowerGraph::text).orElse(null);
        textLayers = textTower
                .map(tower -> TowerGraph.text(tower, Output.HIDDEN_STATES))
                .orElse(null);
    }

    /** Prepares both towers for single items, so that the first calls need not. */
    public void warmUp() {
        guarded(() -> {
            if (imagesAsBytes != null) {
                executor.prepare(normalizesBytes ? imagesAsBytes : imagesAsFloats, 1, 1);
            }
            if (texts != null) {
                executor.prepare(texts, 1, SHORTEST_TEXT);
            }
            return null;
        });
    }

    @Override
    public String device() {
        return device;
    }

    @Override
    public float[][] embedBytes(List<byte[]> images) {
        if (!normalizesBytes) {
            throw new InvalidInputException("the model does not say how pixels are normalized: pass normalized ones");
        }
        int size = imageFloats();
        for (int i = 0; i < images.size(); i++) {
            if (images.get(i).length != size) {
                throw new InvalidInputException(
                        "image " + i + " of " + images.get(i).length + " bytes is given, the tower takes " + size);
            }
        }
        return embed(imagesAsBytes, images.size(), (input, image) -> input.image(images.get(image)));
    }

    @Override
    public float[][] embedImages(float[] pixels, int images) {
        int size = imageFloats();
        if (pixels.length != (long) images * size) {
            throw new InvalidInputException(
                    images + " images of " + pixels.length + " values are given, each has " + size);
        }
        return embed(imagesAsFloats, images, (input, image) -> input.image(pixels, image * size));
    }

    private int imageFloats() {
        int side = image().imageSize();
        return PixelNormalization.CHANNELS * side * side;
    }

    /** Puts an image into the input. */
    private interface Filler {
        void put(RunInput input, int image);
    }

    private float[][] embed(TowerGraph tower, int images, Filler filler) {
        float[][] embeddings = new float[images][image().outputDim()];
        if (images == 0) {
            return embeddings;
        }
        int chunk = guarded(() -> executor.limits(tower)).items();
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
    public float[][] embedTexts(List<int[]> batch) {
        TextTower tower = text();
        float[][] embeddings = new float[batch.size()][tower.outputDim()];
        if (batch.isEmpty()) {
            return embeddings;
        }
        RunLimits limits = guarded(() -> executor.limits(texts));
        int from = 0;
        while (from < batch.size()) {
            int first = from;
            int to = from + 1;
            int tokens = batch.get(from).length;
            while (to < batch.size()
                    && to - from < limits.items()
                    && tokens + batch.get(to).length <= limits.tokens()) {
                tokens += batch.get(to).length;
                to++;
            }
            int total = tokens;
            List<int[]> part = batch.subList(from, to);
            guarded(() -> {
                PreparedTower prepared = executor.prepare(texts, part.size(), total);
                prepared.input().begin();
                for (int[] ids : part) {
                    prepared.input().text(ids, PooledToken.position(tower, ids));
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
        text();
        return guarded(() -> {
            PreparedTower prepared = executor.prepare(textLayers, 1, ids.length);
            prepared.input().begin();
            prepared.input().text(ids, ids.length - 1);
            return layers(prepared);
        });
    }

    @Override
    public HiddenStates imageHiddenStates(float[] pixels) {
        if (pixels.length != imageFloats()) {
            throw new InvalidInputException(
                    "an image of " + pixels.length + " values is given, the tower takes " + imageFloats());
        }
        return guarded(() -> {
            PreparedTower prepared = executor.prepare(imageLayers, 1, 1);
            prepared.input().begin();
            prepared.input().image(pixels, 0);
            return layers(prepared);
        });
    }

    private HiddenStates layers(PreparedTower prepared) {
        prepared.input().end();
        List<HiddenStates.Layer> layers = new ArrayList<>();
        List<HiddenStates.Layer> normed = new ArrayList<>();
        executor.run(prepared, op -> {
            for (Role role : op.roles()) {
                switch (role.kind()) {
                    case HIDDEN -> layers.add(layer(prepared, op));
                    case LAST_NORMED -> normed.add(layer(prepared, op));
                    case TOKENS, POOLED, EMBEDDING -> {}
                }
            }
            return true;
        });
        return new HiddenStates(layers, normed.stream().findFirst());
    }

    private HiddenStates.Layer layer(PreparedTower prepared, Op op) {
        return new HiddenStates.Layer(prepared.rows(op.output()), op.output().columns(), executor.read(op.output()));
    }

    private ImageTower image() {
        return imageTower.orElseThrow(() -> new InvalidInputException("the model has no image tower"));
    }

    private TextTower text() {
        return textTower.orElseThrow(() -> new InvalidInputException("the model has no text tower"));
    }

    private <T> T guarded(Supplier<T> call) {
        oneRunAtATime.lock();
        try {
            if (closed) {
                throw new ClosedException(owner);
            }
            if (poison != null) {
                throw unusable(poison, "an earlier call failed: " + poison.getMessage());
            }
            try {
                return call.get();
            } catch (RuntimeException e) {
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

    private RuntimeException unusable(RuntimeException cause, String detail) {
        return executor.unusable(
                cause,
                detail + "; after this error the device " + device
                        + " does nothing more for this model: close it and load it again");
    }

    /** Waits for the call in progress, then frees everything but the checkpoint. */
    @Override
    public void close() {
        oneRunAtATime.lock();
        try {
            if (!closed) {
                closed = true;
                closeOwned();
            }
        } finally {
            oneRunAtATime.unlock();
        }
    }

    private void closeOwned() {
        try {
            owned.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
