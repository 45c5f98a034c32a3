package dev.clipjet.fuzz;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.tokenizer.ClipTokenizer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The input is a text for the vocabulary of OpenAI's models. The last three bits of a first byte choose the profile, the
 * next one whether the rest is UTF-8 or, with lone surrogates, UTF-16.
 */
public final class TextTarget {
    private static final List<ClipTokenizer> TOKENIZERS =
            Arrays.stream(TokenizerProfile.values()).map(ClipTokenizer::openAi).toList();

    /** What a tokenizer's caches may grow by. */
    private static final long CACHE_BYTES = 1 << 20;

    /** Repairs of texts try many forms of each. */
    private static final int FACTOR = 16;

    private TextTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        ClipTokenizer tokenizer = TOKENIZERS.get((input[0] & 7) % TOKENIZERS.size());
        Charset charset = (input[0] & 8) == 0 ? StandardCharsets.UTF_8 : StandardCharsets.UTF_16LE;
        String text = (input[0] & 8) == 0 ? new String(input, 1, input.length - 1, charset) : halves(input);
        Bounds.check(input.length, CACHE_BYTES, FACTOR, () -> {
            try {
                int[] ids = tokenizer.encode(text);
                tokenizer.decode(ids, false);
                tokenizer.clean(text);
            } catch (InvalidInputException e) {
                if (e.getMessage().isBlank()) {
                    throw new AssertionError("an error without words", e);
                }
            }
        });
    }

    /** Every two bytes as a character, surrogates of any kind too. */
    private static String halves(byte[] input) {
        char[] chars = new char[(input.length - 1) / 2];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) ((input[1 + 2 * i] & 0xff) | input[2 + 2 * i] << 8);
        }
        return new String(chars);
    }
}
