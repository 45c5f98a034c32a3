package dev.clipjet.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.TokenizerProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids of texts of every kind, for every profile. */
class CasesGoldenTest {
    @TempDir
    Path temp;

    @ParameterizedTest
    @CsvSource({"cases.jsonl, 1065", "cases-lower.jsonl, 111"})
    void allProfiles(String file, int expected) {
        Map<TokenizerProfile, Integer> compared = compare(file, TokenizerGolden.all());
        assertThat(compared).hasSize(TokenizerProfile.values().length);
        assertThat(compared.values()).allMatch(count -> count == expected);
    }

    @Test
    void longTexts() {
        Map<TokenizerProfile, ClipTokenizer> tokenizers = TokenizerGolden.all();
        int compared = 0;
        for (JsonNode line : TokenizerGolden.lines("cases-long.jsonl")) {
            for (JsonNode variant : line.get("variants")) {
                for (JsonNode profile : variant.get("profiles")) {
                    assertThat(tokenizers
                                    .get(TokenizerProfile.of(profile.textValue()))
                                    .encode(line.get("text").textValue()))
                            .as("%s %s", line.get("id"), profile)
                            .containsExactly(TokenizerGolden.ids(variant.get("ids")));
                    compared++;
                }
            }
        }
        assertThat(compared).isEqualTo(4 * 7);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void exclamationMarkAsPaddingToken(boolean tokenizerJson) throws IOException {
        Path directory =
                tokenizerJson ? TokenizerGolden.sd2Directory(temp) : TokenizerGolden.plainDirectory(temp, "hf-sd2");
        Map<TokenizerProfile, Integer> compared = compareAllCases("cases-sd2.jsonl", load(directory));
        assertThat(compared)
                .hasSize(4)
                .allSatisfy((profile, count) -> assertThat(count).isEqualTo(1065));
    }

    @Test
    void endTokenFoundAsWrittenOnly() throws IOException {
        Map<TokenizerProfile, Integer> compared =
                compareAllCases("cases-flux.jsonl", load(TokenizerGolden.fluxDirectory(temp)));
        assertThat(compared).hasSize(4);
    }

    @Test
    void withoutTokenizerJson() throws IOException {
        Map<TokenizerProfile, ClipTokenizer> tokenizers = load(TokenizerGolden.plainDirectory(temp, "hf-openai"));
        Map<TokenizerProfile, Integer> compared = compareAllCases("cases-v5-no-tokenizer-json.jsonl", tokenizers);
        assertThat(compared).hasSize(4);
    }

    /** A learned concept, as textual inversion adds it: an id after the vocabulary's, found in any case. */
    @Test
    void addedTokenBeyondTheVocabulary() throws IOException {
        Path directory = TokenizerGolden.plainDirectory(temp, "hf-openai");
        Files.writeString(
                directory.resolve("tokenizer_config.json"),
                "{\"added_tokens_decoder\":{\"49408\":{\"content\":\"<Cat-toy>\",\"special\":false}}}");
        ClipTokenizer tokenizer = TokenizerGolden.load(directory, TokenizerProfile.HF_V5);
        assertThat(tokenizer.vocabularySize()).isEqualTo(49_409);
        int[] ids = tokenizer.encode("a photo of <Cat-toy> and <CAT-TOY>!");
        assertThat(ids).containsExactly(49406, 320, 1125, 539, 49408, 537, 49408, 256, 49407);
        assertThat(tokenizer.decode(ids, true)).contains("<Cat-toy>");
        assertThat(TokenizerGolden.load(directory, TokenizerProfile.HF_SLOW_FTFY)
                        .encode("<Cat-toy> <CAT-TOY>"))
                .containsOnlyOnce(49408);
    }

    @ParameterizedTest
    @CsvSource({"600", "1000", "600-bang"})
    void smallVocabularies(String name) {
        Map<TokenizerProfile, ClipTokenizer> tokenizers =
                load(TokenizerGolden.folder().resolve("small-vocab/" + name));
        String file = "small-vocab/" + name + "-cases.jsonl";
        assertThat(compare(file, tokenizers))
                .hasSize(4)
                .allSatisfy((profile, count) -> assertThat(count).isEqualTo(60));
        int padded = 0;
        for (JsonNode line : TokenizerGolden.lines(file)) {
            for (JsonNode row : line.get("padded")) {
                for (JsonNode profile : row.get("profiles")) {
                    ClipTokenizer tokenizer = tokenizers.get(TokenizerProfile.of(profile.textValue()));
                    int limit = tokenizer.modelMaxLength().orElseThrow();
                    Encoding encoding = tokenizer.encode(line.get("text").textValue(), Framing.fixed(limit));
                    assertThat(encoding.ids()).containsExactly(TokenizerGolden.ids(row.get("ids")));
                    assertThat(FramingGoldenTest.mask(encoding))
                            .isEqualTo(row.get("attention_mask").textValue());
                    padded++;
                }
            }
        }
        assertThat(padded).isEqualTo(240);
    }

    private static Map<TokenizerProfile, ClipTokenizer> load(Path directory) {
        Map<TokenizerProfile, ClipTokenizer> tokenizers = new EnumMap<>(TokenizerProfile.class);
        for (TokenizerProfile profile : TokenizerProfile.values()) {
            if (profile.label().startsWith("hf-")) {
                tokenizers.put(profile, TokenizerGolden.load(directory, profile));
            }
        }
        return tokenizers;
    }

    /** Compares all cases, with the ids of a second file where it has them. */
    private static Map<TokenizerProfile, Integer> compareAllCases(
            String changes, Map<TokenizerProfile, ClipTokenizer> tokenizers) {
        assertThat(compare(changes, tokenizers)).isNotEmpty();
        Map<String, JsonNode> changed = new HashMap<>();
        TokenizerGolden.lines(changes)
                .forEach(line -> changed.put(line.get("id").textValue(), line.get("ids")));
        return compare("cases.jsonl", tokenizers, changed);
    }

    private static Map<TokenizerProfile, Integer> compare(
            String file, Map<TokenizerProfile, ClipTokenizer> tokenizers) {
        return compare(file, tokenizers, Map.of());
    }

    private static Map<TokenizerProfile, Integer> compare(
            String file, Map<TokenizerProfile, ClipTokenizer> tokenizers, Map<String, JsonNode> changed) {
        Map<TokenizerProfile, Integer> compared = new EnumMap<>(TokenizerProfile.class);
        SoftAssertions soft = new SoftAssertions();
        for (JsonNode line : TokenizerGolden.lines(file)) {
            String id = line.get("id").textValue();
            String text = line.get("text").textValue();
            for (Map.Entry<TokenizerProfile, ClipTokenizer> entry : tokenizers.entrySet()) {
                String label = entry.getKey().label();
                JsonNode own = changed.containsKey(id) ? changed.get(id).get(label) : null;
                JsonNode expected = own == null ? line.get("ids").get(label) : own;
                if (expected == null) {
                    continue;
                }
                compared.merge(entry.getKey(), 1, Integer::sum);
                if (expected.isObject()) {
                    assertThatThrownBy(() -> entry.getValue().encode(text))
                            .isInstanceOf(InvalidInputException.class)
                            .hasMessageContaining("half a surrogate pair");
                    continue;
                }
                int[] actual = entry.getValue().encode(text);
                if (!Arrays.equals(actual, TokenizerGolden.ids(expected))) {
                    soft.fail(
                            "%s %s: %s gives %s, expected %s",
                            id, label, escape(text), Arrays.toString(actual), expected);
                }
            }
        }
        List<AssertionError> failures = soft.assertionErrorsCollected();
        System.out.printf("%s: %s compared, %d differ%n", file, compared, failures.size());
        soft.assertAll();
        return compared;
    }

    private static String escape(String text) {
        StringBuilder out = new StringBuilder();
        text.chars()
                .forEach(
                        c -> out.append(c < 0x7F && c >= ' ' ? String.valueOf((char) c) : String.format("\\u%04x", c)));
        return out.toString();
    }
}
