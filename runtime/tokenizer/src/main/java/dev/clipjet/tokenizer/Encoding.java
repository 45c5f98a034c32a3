package dev.clipjet.tokenizer;

import java.util.Arrays;

/**
 * A text as a model takes it.
 *
 * @param ids token ids: start token, text, end token, padding
 * @param length how many of the ids are no padding
 * @param truncated whether the text was cut
 */
@SuppressWarnings(
        "ArrayRecordComponent") // equality is defined below, and a copy per text would cost more than it saves
public record Encoding(int[] ids, int length, boolean truncated) {
    /** 1 for each id that is no padding, 0 for padding. */
    public int[] attentionMask() {
        int[] mask = new int[ids.length];
        Arrays.fill(mask, 0, length, 1);
        return mask;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Encoding that
                && Arrays.equals(ids, that.ids)
                && length == that.length
                && truncated == that.truncated;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ids) * 31 + length;
    }

    @Override
    public String toString() {
        return "Encoding[ids=" + Arrays.toString(ids) + ", length=" + length + ", truncated=" + truncated + "]";
    }
}
