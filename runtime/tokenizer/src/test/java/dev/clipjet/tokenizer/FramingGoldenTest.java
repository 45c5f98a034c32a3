package dev.clipjet.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.TokenizerProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cut and padded ids, and attention masks. */
class FramingGoldenTest {
    @TempDir
    Path temp;

    private final Map<String, ClipTokenizer> loaded = new HashMap<>();

    @Test
    void singleTexts() throws IOException {
        int compared = 0;
        for (JsonNode line : TokenizerGolden.lines("framing.jsonl")) {
            String text = line.get("text").textValue();
            assertThat(tokenizer("openai", "openai").encode(text))
                    .hasSize(line.get("n_openai").intValue());
            for (JsonNode row : line.get("rows")) {
                compared += row.has("profiles") ? huggingFace(text, row) : original(text, row);
            }
        }
        assertThat(compared).isEqualTo(2072);
    }

    private int original(String text, JsonNode row) throws IOException {
        boolean cut = !row.has("truncate") || row.get("truncate").booleanValue();
        int context = row.get("context").intValue();
        Framing framing = new Framing(context, cut ? Truncation.CUT : Truncation.ERROR, Padding.TO_CONTEXT);
        ClipTokenizer tokenizer = tokenizer("openai", row.get("profile").textValue());
        if (row.has("error")) {
            assertThatThrownBy(() -> tokenizer.encode(text, framing))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("has " + tokenizer.encode(text).length + " tokens")
                    .hasMessageContaining("context of " + context);
        } else {
            assertThat(tokenizer.encode(text, framing).ids()).containsExactly(TokenizerGolden.ids(row.get("ids")));
        }
        return 1;
    }

    private int huggingFace(String text, JsonNode row) throws IOException {
        Framing framing = framing(row);
        for (JsonNode profile : row.get("profiles")) {
            Encoding encoding = tokenizer(row.get("pad_style").textValue(), profile.textValue())
                    .encode(text, framing);
            assertThat(encoding.ids()).containsExactly(TokenizerGolden.ids(row.get("ids")));
            assertThat(mask(encoding)).isEqualTo(row.get("attention_mask").textValue());
        }
        return row.get("profiles").size();
    }

    @Test
    void batches() throws IOException {
        int compared = 0;
        int errors = 0;
        for (JsonNode line : TokenizerGolden.lines("framing-batch.jsonl")) {
            List<String> texts = new ArrayList<>();
            line.get("texts").forEach(text -> texts.add(text.textValue()));
            for (JsonNode result : line.get("results")) {
                if (result.has("error")) {
                    assertThatThrownBy(() -> framing(line))
                            .isInstanceOf(InvalidInputException.class)
                            .hasMessageContaining("multiple of 8");
                    errors++;
                    continue;
                }
                for (JsonNode profile : result.get("profiles")) {
                    List<Encoding> encodings = tokenizer(line.get("pad_style").textValue(), profile.textValue())
                            .encodeAll(texts, framing(line));
                    assertThat(encodings).hasSize(result.get("ids").size());
                    for (int i = 0; i < encodings.size(); i++) {
                        assertThat(encodings.get(i).ids())
                                .as("%s %s", line.get("id"), profile)
                                .containsExactly(
                                        TokenizerGolden.ids(result.get("ids").get(i)));
                        assertThat(mask(encodings.get(i)))
                                .isEqualTo(result.get("attention_mask").get(i).textValue());
                        compared++;
                    }
                }
            }
        }
        assertThat(errors).isEqualTo(12);
        assertThat(compared).isGreaterThan(400);
    }

    private static Framing framing(JsonNode row) {
        JsonNode max = row.get("max_length");
        JsonNode multiple = row.get("pad_to_multiple_of");
        boolean cut = row.get("truncation").booleanValue();
        Padding.Target target = switch (row.get("padding").asText()) {
            case "max_length" -> Padding.Target.CONTEXT;
            case "longest", "true" -> Padding.Target.LONGEST;
            default -> Padding.Target.NONE;
        };
        return new Framing(
                max.isNull() ? 77 : max.intValue(),
                cut ? Truncation.CUT : Truncation.NONE,
                new Padding(target, multiple == null || multiple.isNull() ? 1 : multiple.intValue()));
    }

    static String mask(Encoding encoding) {
        StringBuilder mask = new StringBuilder();
        for (int bit : encoding.attentionMask()) {
            mask.append(bit);
        }
        return mask.toString();
    }

    private ClipTokenizer tokenizer(String padStyle, String profile) throws IOException {
        String key = padStyle + " " + profile;
        if (!loaded.containsKey(key)) {
            TokenizerProfile of = TokenizerProfile.of(profile);
            Path sd2 = temp.resolve("sd2");
            if (padStyle.equals("sd2") && !Files.exists(sd2)) {
                TokenizerGolden.sd2Directory(Files.createDirectory(sd2));
            }
            Path directory =
                    padStyle.equals("sd2") ? sd2 : TokenizerGolden.folder().resolve("vocab/hf-openai");
            loaded.put(key, profile.startsWith("hf-") ? TokenizerGolden.load(directory, of) : ClipTokenizer.openAi(of));
        }
        return loaded.get(key);
    }
}
