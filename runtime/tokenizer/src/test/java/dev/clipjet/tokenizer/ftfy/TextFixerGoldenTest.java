package dev.clipjet.tokenizer.ftfy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.tokenizer.TokenizerGolden;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** Repairs of ftfy 6.3.1, and its verdict on mojibake. */
class TextFixerGoldenTest {
    @Test
    void repairs() {
        List<JsonNode> lines = TokenizerGolden.lines("ftfy.jsonl");
        SoftAssertions soft = new SoftAssertions();
        for (JsonNode line : lines) {
            String text = line.get("text").textValue();
            soft.assertThat(TextFixer.fix(text))
                    .as("%s", line)
                    .isEqualTo(line.get("fixed").textValue());
            soft.assertThat(Mojibake.isLikely(text))
                    .as("is_bad of %s", line)
                    .isEqualTo(line.get("is_bad").booleanValue());
        }
        soft.assertAll();
        assertThat(lines).hasSizeGreaterThanOrEqualTo(887);
    }
}
