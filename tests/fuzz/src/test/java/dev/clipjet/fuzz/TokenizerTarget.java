package dev.clipjet.fuzz;

import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.model.TokenizerSpec;
import dev.clipjet.tokenizer.ClipTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The input is the tokenizer files of a model directory, with zero bytes between them, for any profile. Of the first byte,
 * bit 0 chooses between {@code tokenizer.json}, and {@code vocab.json} and {@code merges.txt}; bits 1 to 3 the profile;
 * bits 4 and 5 what follows: nothing, {@code tokenizer_config.json}, {@code special_tokens_map.json} or {@code
 * added_tokens.json}. A text is put through what was read.
 */
public final class TokenizerTarget {
    private static final int CONTEXT = 77;
    private static final String TEXT = "A photo of ab, abba 12 <|startoftext|> \u00e9\ud83d\ude00";
    private static final List<String> OTHERS =
            List.of("", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json");

    /** A tokenizer has caches and tables of its own: 1.2 to 1.6 MB for a vocabulary of five. */
    private static final long TOKENIZER_BYTES = 4 << 20;

    private static final Path DIRECTORY = InputFile.directory();

    private TokenizerTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        boolean plain = (input[0] & 1) != 0;
        TokenizerProfile[] profiles = TokenizerProfile.values();
        TokenizerProfile profile = profiles[(input[0] >> 1 & 7) % profiles.length];
        int other = input[0] >> 4 & 3;
        int at = part(input, 1, plain ? "vocab.json" : "tokenizer.json");
        remove(plain ? "tokenizer.json" : "vocab.json");
        if (plain) {
            at = part(input, at, "merges.txt");
        }
        for (int i = 1; i < OTHERS.size(); i++) {
            if (i == other) {
                at = part(input, at, OTHERS.get(i));
            } else {
                remove(OTHERS.get(i));
            }
        }
        TokenizerSpec spec = new TokenizerSpec(profile, "fuzzing", Optional.of(DIRECTORY), CONTEXT);
        Bounds.check(input.length, TOKENIZER_BYTES, 1, () -> {
            ClipTokenizer tokenizer = ClipTokenizer.load(spec);
            tokenizer.decode(tokenizer.encode(TEXT), true);
        });
    }

    /** Writes what is there up to the next zero byte, and gives the place behind that. */
    private static int part(byte[] input, int from, String name) {
        int end = Math.min(from, input.length);
        int start = end;
        while (end < input.length && input[end] != 0) {
            end++;
        }
        InputFile.write(DIRECTORY, name, input, start, end);
        return end + 1;
    }

    private static void remove(String name) {
        try {
            Files.deleteIfExists(DIRECTORY.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
