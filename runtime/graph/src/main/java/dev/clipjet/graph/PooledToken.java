package dev.clipjet.graph;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.TextTower;
import java.util.Arrays;

/** Finds the token of a text that becomes its embedding. */
public final class PooledToken {
    private PooledToken() {}

    /**
     * The ids that the embedding depends on. With a causal mask those are the ids up to and including the pooled token,
     * so leaving the rest out is exact; without one, all of them.
     *
     * @param ids token ids with start and end token; padded to the context length if the model
     *     {@linkplain TextTower#seesPadding() sees padding}, else padded or not
     * @throws InvalidInputException if there are none or too many ids, one is outside the vocabulary, the padding that
     *     the model sees is missing, or the end token that it pools at
     */
    public static int[] cut(TextTower text, int[] ids) {
        check(text, ids);
        if (text.seesPadding() && ids.length != text.contextLength()) {
            throw new InvalidInputException("a text has " + ids.length
                    + " token ids; the model sees the padding too, so " + "it needs all " + text.contextLength());
        }
        int pooled = position(text, ids);
        return text.causal() ? Arrays.copyOf(ids, pooled + 1) : ids.clone();
    }

    /** Checks number and range of the ids of one text. */
    public static void check(TextTower text, int[] ids) {
        if (ids.length == 0) {
            throw new InvalidInputException("a text needs at least one token id");
        }
        if (ids.length > text.contextLength()) {
            throw new InvalidInputException(
                    "a text has " + ids.length + " token ids, the model takes at most " + text.contextLength());
        }
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= text.vocabSize()) {
                throw new InvalidInputException("token id " + ids[i] + " at position " + i
                        + " is outside the vocabulary of " + text.vocabSize());
            }
        }
    }

    /** Index of the pooled token among ids that {@link #cut} gave. */
    public static int position(TextTower text, int[] ids) {
        return switch (text.pooling()) {
            case FIRST -> 0;
            case LAST -> ids.length - 1;
            case HIGHEST_ID -> {
                int best = 0;
                for (int i = 1; i < ids.length; i++) {
                    if (ids[i] > ids[best]) {
                        best = i;
                    }
                }
                yield best;
            }
            case END_TOKEN -> {
                for (int i = 0; i < ids.length; i++) {
                    if (ids[i] == text.endTokenId()) {
                        yield i;
                    }
                }
                throw new InvalidInputException("the end token " + text.endTokenId()
                        + ", where the model reads a text out, is not among its ids");
            }
        };
    }
}
