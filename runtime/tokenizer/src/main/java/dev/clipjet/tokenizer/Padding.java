package dev.clipjet.tokenizer;

import dev.clipjet.error.InvalidInputException;

/**
 * To which length encodings are filled up.
 *
 * @param target what the length is taken from
 * @param multipleOf the length is rounded up to a multiple of this
 */
public record Padding(Target target, int multipleOf) {
    /** No padding. */
    public static final Padding NONE = new Padding(Target.NONE, 1);
    /** To the context length. */
    public static final Padding TO_CONTEXT = new Padding(Target.CONTEXT, 1);
    /** To the longest text of the batch. */
    public static final Padding LONGEST = new Padding(Target.LONGEST, 1);

    /** What the padded length is taken from. */
    public enum Target {
        NONE,
        CONTEXT,
        LONGEST
    }

    /** @throws InvalidInputException if {@code multipleOf} is not positive */
    public Padding {
        if (multipleOf < 1) {
            throw new InvalidInputException("padding to a multiple of " + multipleOf + ", expected 1 or more");
        }
    }

    /** To the longest text of the batch, rounded up to a multiple. */
    public static Padding longestMultipleOf(int multiple) {
        return new Padding(Target.LONGEST, multiple);
    }
}
