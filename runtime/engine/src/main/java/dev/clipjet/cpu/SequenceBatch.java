package dev.clipjet.cpu;

import java.util.List;
import java.util.function.ToIntFunction;

/**
 * What a graph runs on: images as normalized pixels, or texts as token ids that lie end to end.
 *
 * @param sequences number of images or texts
 * @param pixels [images, 3, S, S] for the image tower, empty for the text tower
 * @param ids token ids of all texts for the text tower, empty for the image tower
 * @param starts first token of every sequence and the end of the last; {@code sequences + 1} values
 * @param pooledRows row of the token of every sequence that becomes its embedding
 */
public record SequenceBatch(int sequences, float[] pixels, int[] ids, int[] starts, int[] pooledRows) {
    private static final float[] NO_PIXELS = {};
    private static final int[] NO_IDS = {};

    /** Images of a tower with the given number of tokens each; the class token is pooled. */
    public static SequenceBatch images(int images, float[] pixels, int tokensPerImage) {
        int[] starts = new int[images + 1];
        int[] pooled = new int[images];
        for (int i = 0; i < images; i++) {
            starts[i + 1] = (i + 1) * tokensPerImage;
            pooled[i] = i * tokensPerImage;
        }
        return new SequenceBatch(images, pixels, NO_IDS, starts, pooled);
    }

    /**
     * Texts.
     *
     * @param texts token ids of each
     * @param pooledPosition index of the token of a text that is pooled
     */
    public static SequenceBatch texts(List<int[]> texts, ToIntFunction<int[]> pooledPosition) {
        int[] starts = new int[texts.size() + 1];
        int[] pooled = new int[texts.size()];
        for (int i = 0; i < texts.size(); i++) {
            starts[i + 1] = starts[i] + texts.get(i).length;
            pooled[i] = starts[i] + pooledPosition.applyAsInt(texts.get(i));
        }
        int[] ids = new int[starts[texts.size()]];
        for (int i = 0; i < texts.size(); i++) {
            System.arraycopy(texts.get(i), 0, ids, starts[i], texts.get(i).length);
        }
        return new SequenceBatch(texts.size(), NO_PIXELS, ids, starts, pooled);
    }

    /** Tokens of all sequences. */
    public int tokens() {
        return starts[sequences];
    }

    int longest() {
        int longest = 0;
        for (int i = 0; i < sequences; i++) {
            longest = Math.max(longest, starts[i + 1] - starts[i]);
        }
        return longest;
    }
}
