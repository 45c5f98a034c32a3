package dev.clipjet.tokenizer.clean;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.tokenizer.TokenizerGolden;
import dev.clipjet.tokenizer.bpe.ByteSymbols;
import dev.clipjet.tokenizer.bpe.WordSplitter;
import dev.clipjet.tokenizer.bpe.WordSplitter.Literals;
import dev.clipjet.tokenizer.ftfy.TextFixer;
import dev.clipjet.tokenizer.unicode.CharacterClasses;
import dev.clipjet.tokenizer.unicode.LowerCase;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The stages between a text and its words. */
class CleanGoldenTest {
    private static final List<String> LITERALS = List.of("<|startoftext|>", "<|endoftext|>");
    private static final List<String> OPEN_CLIP_LITERALS = List.of("<start_of_text>", "<end_of_text>");

    @Test
    void stages() {
        int compared = 0;
        for (JsonNode line : TokenizerGolden.lines("clean.jsonl")) {
            String text = line.get("text").textValue();
            String fixed = TextFixer.fix(text);
            String once = HtmlEntities.unescape(fixed);
            JsonNode openAi = line.get("openai");
            assertThat(List.of(fixed, once, HtmlEntities.unescape(once), TextCleaner.OPENAI.clean(text)))
                    .as("%s", line)
                    .containsExactly(
                            openAi.get("ftfy").textValue(),
                            openAi.get("unescape1").textValue(),
                            openAi.get("unescape2").textValue(),
                            openAi.get("lower").textValue());
            Map<String, String> cleaned = Map.of(
                    "hf-slow-ftfy", TextCleaner.HF_SLOW_FTFY.clean(text),
                    "hf-slow-noftfy", TextCleaner.HF_SLOW_NOFTFY.clean(text));
            cleaned.forEach((profile, clean) -> assertThat(clean)
                    .as("%s of %s", profile, line)
                    .isEqualTo(line.get(profile).get("clean").textValue()));
            assertThat(TextCleaner.OPENAI_NOFTFY.clean(text))
                    .isEqualTo(line.get("openai-noftfy").get("lower").textValue());
            assertThat(TextCleaner.OPEN_CLIP.clean(text))
                    .isEqualTo(line.get("open-clip").get("lower").textValue());
            compared++;
        }
        assertThat(compared).isEqualTo(170);
    }

    @Test
    void words() {
        WordSplitter python = new WordSplitter(CharacterClasses.unicode17(), Literals.WHOLE, LITERALS);
        WordSplitter openClip = new WordSplitter(CharacterClasses.unicode17(), Literals.WHOLE, OPEN_CLIP_LITERALS);
        WordSplitter fast = new WordSplitter(CharacterClasses.unicode14(), Literals.NONE, List.of());
        WordSplitter version5 = new WordSplitter(CharacterClasses.unicode16(), Literals.RESPLIT, LITERALS);
        int compared = 0;
        for (JsonNode line : TokenizerGolden.lines("clean.jsonl")) {
            String text = line.get("text").textValue();
            assertThat(words(python, TextCleaner.OPENAI.clean(text)))
                    .as("%s", line)
                    .isEqualTo(strings(line.get("openai").get("words")));
            assertThat(words(openClip, TextCleaner.OPEN_CLIP.clean(text)))
                    .as("%s", line)
                    .isEqualTo(strings(line.get("open-clip").get("words")));
            if (line.get("hf-fast").has("error")) {
                continue;
            }
            String normalized = Normalizer.applyAll(Normalizer.CLIP, text);
            assertThat(normalized).isEqualTo(line.get("hf-fast").get("clean").textValue());
            assertThat(byteWords(fast, normalized))
                    .isEqualTo(strings(line.get("hf-fast").get("words")));
            assertThat(TextCleaner.HF_V5.clean(text))
                    .isEqualTo(line.get("hf-v5").get("clean").textValue());
            assertThat(byteWords(version5, TextCleaner.HF_V5.clean(text)))
                    .as("%s", line)
                    .isEqualTo(strings(line.get("hf-v5").get("words")));
            compared++;
        }
        assertThat(compared).isGreaterThan(160);
    }

    @Test
    void lowerCase() {
        List<JsonNode> lines = TokenizerGolden.lines("cases-lower.jsonl");
        for (JsonNode line : lines) {
            String text = line.get("text").textValue();
            assertThat(LowerCase.python(text))
                    .isEqualTo(line.get("python_lower").textValue());
            assertThat(Normalizer.applyAll(Normalizer.CLIP, text))
                    .isEqualTo(line.get("hf_fast_normalized").textValue());
            assertThat(TextCleaner.HF_V5.clean(text))
                    .isEqualTo(line.get("hf_v5_normalized").textValue());
        }
        assertThat(lines).hasSize(111);
    }

    private static List<String> words(WordSplitter splitter, String text) {
        List<String> list = new ArrayList<>();
        WordSplitter.Words words = splitter.split(text);
        while (words.next()) {
            list.add(text.substring(words.start(), words.end()));
        }
        return list;
    }

    private static List<String> byteWords(WordSplitter splitter, String text) {
        return words(splitter, text).stream().map(CleanGoldenTest::symbols).toList();
    }

    private static String symbols(String word) {
        StringBuilder symbols = new StringBuilder();
        for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
            symbols.append(ByteSymbols.symbol(b & 0xFF));
        }
        return symbols.toString();
    }

    private static List<String> strings(JsonNode list) {
        List<String> strings = new ArrayList<>();
        list.forEach(item -> strings.add(item.textValue()));
        return strings;
    }
}
