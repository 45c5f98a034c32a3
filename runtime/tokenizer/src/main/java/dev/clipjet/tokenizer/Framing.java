package dev.clipjet.tokenizer;

import dev.clipjet.error.InvalidInputException;
import java.util.OptionalInt;

/**
 * How ids are brought to a length.
 *
 * @param contextLength most tokens of a text, start and end token included; at least 2
 * @param truncation what becomes of longer texts
 * @param padding to which length shorter texts are filled up
 * @param padTokenId with what; empty for the tokenizer's own {@link ClipTokenizer#padTokenId()}
 */
public record Framing(int contextLength, Truncation truncation, Padding padding, OptionalInt padTokenId) {
    /**
     * @throws InvalidInputException if the context is too short for start and end token, or if texts would be cut to a length
     *     that is not a multiple of what they are padded to
     */
    public Framing {
        if (contextLength < 2) {
            throw new InvalidInputException(
                    "a context of " + contextLength + " tokens, expected at least 2 for the start and the end token");
        }
        boolean pads = padding.target() != Padding.Target.NONE;
        if (truncation == Truncation.CUT && pads && contextLength % padding.multipleOf() != 0) {
            throw new InvalidInputException("texts are cut at " + contextLength + " tokens, which is not a multiple of "
                    + padding.multipleOf() + " as the padding asks for");
        }
    }

    public Framing(int contextLength, Truncation truncation, Padding padding) {
        this(contextLength, truncation, padding, OptionalInt.empty());
    }

    /** Cut and padded to the same length, as models with a fixed input take it. */
    public static Framing fixed(int contextLength) {
        return new Framing(contextLength, Truncation.CUT, Padding.TO_CONTEXT);
    }

    /** The same with another padding token. */
    public Framing withPadTokenId(int id) {
        return new Framing(contextLength, truncation, padding, OptionalInt.of(id));
    }

    int paddedLength(int longest) {
        int length = switch (padding.target()) {
            case NONE -> 0;
            case CONTEXT -> contextLength;
            case LONGEST -> longest;
        };
        int multiple = padding.multipleOf();
        return (length + multiple - 1) / multiple * multiple;
    }
}
