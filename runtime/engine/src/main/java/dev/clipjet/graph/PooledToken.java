package dev.clipjet.graph;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.TextSpec;
import java.util.Arrays;

/** Finds the token of a text that becomes its embedding. */
public final class PooledToken {
    private PooledToken() {}

    /**
     * The ids up to and including the pooled token. With a causal mask nothing after it can change the embedding, so
     * leaving the rest out is exact.
     *
     * @param ids token ids with start and end token, padded or not
     * @throws InvalidInputException if there are none or too many ids, one is outside the vocabulary, or the end token
     *     that the model pools at is missing
     */
    public static int[] cut(TextSpec text, int[] ids) {
        check(text, ids);
        return Arrays.copyOf(ids, position(text, ids) + 1);
    }

    /** Checks number and range of the ids of one text. */
    public static void check(TextSpec text, int[] ids) {
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

    private static int position(TextSpec text, int[] ids) {
        return switch (text.pooling()) {
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
