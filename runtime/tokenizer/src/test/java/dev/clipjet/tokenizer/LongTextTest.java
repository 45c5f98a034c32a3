package dev.clipjet.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.model.TokenizerProfile;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A megabyte of text is no way to stop a server. */
class LongTextTest {
    private static final int SIZE = 1 << 20;
    /** Ten times what a laptop needs. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @ParameterizedTest
    @EnumSource(TokenizerProfile.class)
    void finishesSoon(TokenizerProfile profile) {
        ClipTokenizer tokenizer = ClipTokenizer.openAi(profile);
        finishes(tokenizer, "a".repeat(SIZE));
        finishes(tokenizer, randomWord());
        finishes(tokenizer, "a photo of a cat ".repeat(SIZE / 17));
        finishes(tokenizer, "Ã© ".repeat(SIZE / 3));
        finishes(tokenizer, "&amp;".repeat(SIZE / 5));
        finishes(tokenizer, "&".repeat(SIZE));
        finishes(tokenizer, "<|endoftext|>".repeat(SIZE / 13));
        finishes(tokenizer, "a" + "\u0301\u0323".repeat(SIZE / 2));
        finishes(tokenizer, "\u03A3".repeat(SIZE));
        finishes(tokenizer, "\033[".repeat(SIZE / 2));
        finishes(tokenizer, "a\n".repeat(SIZE / 2));
        finishes(tokenizer, " ".repeat(SIZE));
    }

    private static void finishes(ClipTokenizer tokenizer, String text) {
        Assertions.assertTimeoutPreemptively(
                LIMIT,
                () -> assertThat(tokenizer.encode(text))
                        .startsWith(tokenizer.startTokenId())
                        .endsWith(tokenizer.endTokenId()));
    }

    private static String randomWord() {
        Random random = new Random(1);
        StringBuilder word = new StringBuilder(SIZE);
        for (int i = 0; i < SIZE; i++) {
            word.append((char) ('a' + random.nextInt(26)));
        }
        return word.toString();
    }
}
