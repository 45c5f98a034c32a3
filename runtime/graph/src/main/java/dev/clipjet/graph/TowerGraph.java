package dev.clipjet.graph;

import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.TextTower;
import dev.clipjet.model.VisionTransformer;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What can be run: a tower with a form of input and what is read out, as a graph for any capacity. Equal for equal towers, so that
 * executors keep what they prepare by it.
 */
public final class TowerGraph {
    /** What is read out. */
    public enum Output {
        /** One embedding per item; of the last block nothing else is computed. */
        EMBEDDINGS,
        /** Every layer at every position. */
        HIDDEN_STATES
    }

    private final String name;
    private final Object tower;
    private final GraphInput input;
    private final Output output;
    private final Supplier<Draft> draft;
    private final int hash;

    private TowerGraph(String name, Object tower, GraphInput input, Output output, Supplier<Draft> draft) {
        this.name = name;
        this.tower = tower;
        this.input = input;
        this.output = output;
        this.draft = draft;
        hash = Objects.hash(tower, input, output);
    }

    /** The image tower over normalized images, to embeddings [images, E]. */
    public static TowerGraph image(ImageTower tower) {
        return image(tower, Optional.empty(), Output.EMBEDDINGS);
    }

    /**
     * The image tower.
     *
     * @param bytes for images as bytes: how they are normalized; empty for images that are
     */
    public static TowerGraph image(ImageTower tower, Optional<PixelNormalization> bytes, Output output) {
        GraphInput.Images input = new GraphInput.Images(tower.imageSize(), bytes);
        return new TowerGraph(
                "image",
                tower,
                input,
                output,
                () -> tower.accept(new ImageTower.Visitor<Draft>() {
                    @Override
                    public Draft visit(VisionTransformer transformer) {
                        VisionTransformerGraph graph = new VisionTransformerGraph(transformer, input);
                        return output == Output.EMBEDDINGS ? graph.embeddings() : graph.hiddenStates();
                    }

                    @Override
                    public Draft visit(ModifiedResNet resNet) {
                        ModifiedResNetGraph graph = new ModifiedResNetGraph(resNet, input);
                        return output == Output.EMBEDDINGS ? graph.embeddings() : graph.hiddenStates();
                    }
                }));
    }

    /** The text tower, to embeddings [texts, E]. With a causal mask, each text must end at the token that is pooled. */
    public static TowerGraph text(TextTower tower) {
        return text(tower, Output.EMBEDDINGS);
    }

    /** The text tower over packed token ids. */
    public static TowerGraph text(TextTower tower, Output output) {
        GraphInput.Texts input = new GraphInput.Texts(tower.contextLength());
        return new TowerGraph(
                "text",
                tower,
                input,
                output,
                () -> tower.accept(transformer -> {
                    TextTransformerGraph graph = new TextTransformerGraph(transformer);
                    return output == Output.EMBEDDINGS ? graph.embeddings() : graph.hiddenStates();
                }));
    }

    /** {@code image} or {@code text}. */
    public String name() {
        return name;
    }

    /** What it reads. */
    public GraphInput input() {
        return input;
    }

    /** What is read out. */
    public Output output() {
        return output;
    }

    /**
     * The graph for runs of so many images.
     *
     * @throws IllegalStateException if it reads texts
     */
    public Graph build(int images) {
        if (input instanceof GraphInput.Texts) {
            throw new IllegalStateException("a graph of texts is for a number of tokens, too");
        }
        return build(images, 0);
    }

    /**
     * The graph for runs up to a capacity, everything folded.
     *
     * @param items images or texts
     * @param tokens of all texts together; of no meaning for images
     */
    public Graph build(int items, int tokens) {
        return draft.get().build(new Capacity(items, input instanceof GraphInput.Texts ? tokens : 0));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TowerGraph that
                && hash == that.hash
                && output == that.output
                && input.equals(that.input)
                && tower.equals(that.tower);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return name + " tower, " + output;
    }
}
