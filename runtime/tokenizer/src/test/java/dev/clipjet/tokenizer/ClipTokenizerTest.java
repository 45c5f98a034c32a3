package dev.clipjet.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.model.TokenizerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds without any data but what ships. */
class ClipTokenizerTest {
    private static final ClipTokenizer OPENAI = ClipTokenizer.openAi();

    @TempDir
    Path temp;

    @Test
    void builtInVocabulary() {
        assertThat(OPENAI.vocabularySize()).isEqualTo(49_408);
        assertThat(OPENAI.startTokenId()).isEqualTo(49_406);
        assertThat(OPENAI.endTokenId()).isEqualTo(49_407);
        assertThat(OPENAI.padTokenId()).isZero();
        assertThat(OPENAI.contextLength()).isEqualTo(77);
        assertThat(OPENAI.token(320)).contains("a</w>");
        assertThat(OPENAI.token(49_408)).isEmpty();
        assertThat(ClipTokenizer.openAi(TokenizerProfile.HF_FAST).padTokenId()).isEqualTo(49_407);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " -> ",
            quoteCharacter = '`',
            value = {
                "a diagram -> 320 22697",
                "a photo of a cat -> 320 1125 539 320 2368",
                "Hello, World! -> 3306 267 1002 256",
                "`` -> ``",
                "! -> 256",
                "I'll go; they've gone, we're here -> 328 1342 861 282 889 1200 3601 267 649 982 763",
                "IT'S -> 585 568",
                "rock'n'roll -> 2172 262 333 262 3341",
                "3.14159 -> 274 269 272 275 272 276 280",
                "a &amp;amp; b &lt;tag&gt; -> 320 261 321 283 3640 285",
                "foo_bar -> 23435 318 2411",
                "... -> 678",
                "supercalifragilisticexpialidocious -> 1642 2857 13093 2076 5868 26850 835 639 38466",
                "<|startoftext|> hi <|endoftext|> -> 49406 1883 49407",
                "naïve café -> 1097 35689 563 15304",
                "東京タワー -> 48338 21078 105 34941 2429 107 30391",
                "😀 -> 7334",
                "Привет мир -> 26302 16370 29503 110 22176 141 480 38018 16701 141 478",
                "नमस्ते -> 3124 101 48254 28505 19389 27263 25130",
                "e\u0301 -> 4166",
                "\uFF26\uFF35\uFF2C\uFF2C -> 1476",
            })
    void published(String text, String ids) {
        int[] expected = ids.isEmpty()
                ? new int[0]
                : Arrays.stream(ids.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
        int[] found = OPENAI.encode(text);
        assertThat(Arrays.copyOfRange(found, 1, found.length - 1)).containsExactly(expected);
        assertThat(found).startsWith(49_406).endsWith(49_407);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "e\u0301|324 136 479",
                "xa\u0303y|24831 136 481 344",
                "\uFB01nger|171 105 223 77 1502",
                "İstanbul|328 16384 11231",
                "ΣΑΣ|139 225 138 109 139 480",
                "x² ½ ⅷ|343 41175 33613 158 227 371",
            })
    void withoutRepairs(String text, String ids) {
        int[] found = ClipTokenizer.openAi(TokenizerProfile.OPENAI_NOFTFY).encode(text);
        assertThat(Arrays.copyOfRange(found, 1, found.length - 1))
                .containsExactly(Arrays.stream(ids.split(" ", -1))
                        .mapToInt(Integer::parseInt)
                        .toArray());
    }

    @Test
    void repairedTextsHaveTheIdsOfWholeOnes() {
        assertThat(OPENAI.encode("\uFB01nger")).containsExactly(OPENAI.encode("finger"));
        assertThat(OPENAI.encode("caf\u00C3\u00A9 \u00E2\u20AC\u0153quoted\u00E2\u20AC\u009D"))
                .containsExactly(OPENAI.encode("caf\u00E9 \"quoted\""));
    }

    @ParameterizedTest
    @EnumSource(TokenizerProfile.class)
    void stressText(TokenizerProfile profile) {
        String text = "A\n'll 11p223RF\u2606ho!!to?'d'd''d of a cat to-$''d.";
        assertThat(ClipTokenizer.openAi(profile).encode(text))
                .containsExactly(
                        49406, 320, 1342, 272, 272, 335, 273, 273, 274, 16368, 13439, 2971, 748, 531, 13610, 323, 1896,
                        8445, 323, 539, 320, 2368, 531, 12, 3, 8445, 323, 269, 49407);
    }

    @Test
    void toyVocabulary() throws IOException {
        List<String> tokens = List.of(
                "l",
                "o",
                "w",
                "e",
                "r",
                "s",
                "t",
                "i",
                "d",
                "n",
                "lo",
                "l</w>",
                "w</w>",
                "r</w>",
                "t</w>",
                "low</w>",
                "er</w>",
                "lowest</w>",
                "newer</w>",
                "wider",
                "<unk>",
                "<|startoftext|>",
                "<|endoftext|>");
        StringBuilder vocabulary = new StringBuilder("{");
        for (String token : tokens) {
            vocabulary
                    .append(vocabulary.length() > 1 ? "," : "")
                    .append('"')
                    .append(token)
                    .append("\":");
            vocabulary.append(tokens.indexOf(token));
        }
        Files.writeString(temp.resolve("vocab.json"), vocabulary.append('}'));
        Files.writeString(temp.resolve("merges.txt"), "#version: 0.2\nl o\nlo w</w>\ne r</w>\n");
        Files.writeString(temp.resolve("special_tokens_map.json"), "{\"unk_token\":\"<unk>\"}");
        for (TokenizerProfile profile :
                List.of(TokenizerProfile.HF_FAST, TokenizerProfile.HF_SLOW_FTFY, TokenizerProfile.HF_V5)) {
            ClipTokenizer tokenizer = TokenizerGolden.load(temp, profile);
            assertThat(tokenizer.encode("lower newer")).containsExactly(21, 10, 2, 16, 9, 3, 2, 16, 22);
            assertThat(tokenizer.encode("low x")).containsExactly(21, 15, 20, 22);
        }
    }

    @Test
    void decodingGivesTheCleanedTextBack() {
        Random random = new Random(11);
        ClipTokenizer tokenizer = ClipTokenizer.openAi(TokenizerProfile.HF_FAST);
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(20); n >= 0; n--) {
                text.append((char) ('a' + random.nextInt(26)));
                text.append(random.nextInt(4) == 0 ? " " : "");
            }
            String cleaned = text.toString().strip();
            assertThat(tokenizer.decode(tokenizer.encode(cleaned), true)).isEqualTo(cleaned);
            int[] ids = tokenizer.encode(cleaned);
            assertThat(tokenizer.encode(tokenizer.decode(ids, true))).containsExactly(ids);
        }
    }

    @Test
    void textsOfAnyCodePointGiveIdsOfTheVocabulary() {
        Random random = new Random(13);
        for (TokenizerProfile profile : TokenizerProfile.values()) {
            ClipTokenizer tokenizer = ClipTokenizer.openAi(profile);
            for (int i = 0; i < 500; i++) {
                StringBuilder text = new StringBuilder();
                for (int n = random.nextInt(30); n >= 0; n--) {
                    int c = random.nextInt(random.nextBoolean() ? 0x300 : 0x110000);
                    text.appendCodePoint(c >= 0xD800 && c <= 0xDFFF ? 'x' : c);
                }
                assertThat(Arrays.stream(tokenizer.encode(text.toString())).boxed())
                        .allMatch(id -> tokenizer.token(id).isPresent());
            }
        }
    }

    @Test
    void halfSurrogatePair() {
        assertThatThrownBy(() -> ClipTokenizer.openAi(TokenizerProfile.HF_V5).encode("cat \uDC00"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("the text has half a surrogate pair, U+DC00, at index 4");
        assertThat(OPENAI.encode("cat \uDC00")).hasSizeGreaterThan(3);
    }

    @Test
    void nullText() {
        assertThatThrownBy(() -> OPENAI.encode(null))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("the text is null");
        assertThatThrownBy(() -> OPENAI.encodeAll(Arrays.asList("a", null), Framing.fixed(77)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("text 1 is null");
    }

    @Test
    void tooLong() {
        Framing framing = new Framing(5, Truncation.ERROR, Padding.NONE);
        assertThat(OPENAI.encode("a b c", framing).length()).isEqualTo(5);
        assertThatThrownBy(() -> OPENAI.encodeAll(List.of("a", "a b c d"), framing))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("text 1 has 6 tokens with start and end token, more than the context of 5");
    }

    @Test
    void cutAndPadded() {
        Encoding cut = OPENAI.encode("a b c d", new Framing(4, Truncation.CUT, Padding.NONE));
        assertThat(cut).isEqualTo(new Encoding(new int[] {49406, 320, 321, 49407}, 4, true));
        Framing longest = new Framing(77, Truncation.NONE, Padding.longestMultipleOf(4)).withPadTokenId(7);
        List<Encoding> batch = OPENAI.encodeAll(List.of("a", "a b c"), longest);
        assertThat(batch.get(0).ids()).containsExactly(49406, 320, 49407, 7, 7, 7, 7, 7);
        assertThat(batch.get(1).attentionMask()).containsExactly(1, 1, 1, 1, 1, 0, 0, 0);
        assertThat(OPENAI.encodeAll(List.of(), longest)).isEmpty();
    }

    @Test
    void impossibleFraming() {
        assertThatThrownBy(() -> Framing.fixed(1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("a context of 1 tokens");
        assertThatThrownBy(() -> Padding.longestMultipleOf(0))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("multiple of 0");
        assertThatThrownBy(() ->
                        ClipTokenizer.load(new TokenizerSpec(TokenizerProfile.OPENAI, "test", Optional.empty(), 0)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("a context of 0 tokens");
    }

    @Test
    void unknownId() {
        assertThatThrownBy(() -> OPENAI.decode(new int[] {320, 49_408}, false))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("id 49408 at index 1 is not in the vocabulary of 49408 tokens");
        assertThatThrownBy(() -> OPENAI.decode(new int[] {-1}, false)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void manyThreads() throws InterruptedException, ExecutionException {
        List<String> texts = new ArrayList<>();
        Random random = new Random(5);
        for (int i = 0; i < 5_000; i++) {
            texts.add("photo " + Integer.toString(random.nextInt(), 36) + " of the " + (char) ('a' + i % 26) + i % 300);
        }
        ClipTokenizer single = ClipTokenizer.openAi(TokenizerProfile.HF_FAST);
        List<int[]> expected = texts.stream().map(single::encode).toList();
        ClipTokenizer shared = ClipTokenizer.openAi(TokenizerProfile.HF_FAST);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<List<int[]>>> results = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                results.add(
                        threads.submit(() -> texts.stream().map(shared::encode).toList()));
            }
            for (Future<List<int[]>> result : results) {
                for (int i = 0; i < texts.size(); i++) {
                    assertThat(result.get().get(i)).containsExactly(expected.get(i));
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
