package dev.clipjet.graph;

import java.util.Optional;

/** What a graph reads. */
public sealed interface GraphInput {
    /**
     * Square images of three channels: uint8 [items, S, S, 3], or normalized float32 [items, 3, S, S].
     *
     * @param side S in pixels
     * @param bytes for uint8: how levels become values, which the graph sees to; empty for values that are normalized already
     */
    record Images(int side, Optional<PixelNormalization> bytes) implements GraphInput {}

    /**
     * Token ids of texts, packed end to end.
     *
     * @param contextLength most tokens of a text
     */
    record Texts(int contextLength) implements GraphInput {}
}
