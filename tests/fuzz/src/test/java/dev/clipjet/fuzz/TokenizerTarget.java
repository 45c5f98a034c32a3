package dev.clipjet.fuzz;

import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.model.TokenizerSpec;
import dev.clipjet.tokenizer.ClipTokenizer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * After a first byte that chooses, the input is {@code tokenizer.json} (even), or {@code vocab.json} and {@code
 * merges.txt} with a zero byte between them (odd).
 */
public final class TokenizerTarget {
    private static final int CONTEXT = 77;

    /** A tokenizer has caches and tables of its own: 1.2 to 1.6 MB for a vocabulary of five. */
    private static final long TOKENIZER_BYTES = 4 << 20;

    private static final Path JSON = InputFile.directory();
    private static final Path PLAIN = InputFile.directory();

    private TokenizerTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        boolean plain = input[0] % 2 != 0;
        if (plain) {
            int split = 1;
            while (split < input.length && input[split] != 0) {
                split++;
            }
            InputFile.write(PLAIN, "vocab.json", input, 1, split);
            InputFile.write(PLAIN, "merges.txt", input, Math.min(split + 1, input.length), input.length);
        } else {
            InputFile.write(JSON, "tokenizer.json", input, 1, input.length);
        }
        TokenizerSpec spec =
                new TokenizerSpec(TokenizerProfile.HF_FAST, "fuzzing", Optional.of(plain ? PLAIN : JSON), CONTEXT);
        Bounds.check(input.length, TOKENIZER_BYTES, () -> ClipTokenizer.load(spec));
    }
}
