package dev.clipjet.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.model.TokenizerProfile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Ids to texts. */
class DecodeGoldenTest {
    @Test
    void allProfiles() {
        Map<TokenizerProfile, ClipTokenizer> tokenizers = TokenizerGolden.all();
        int compared = 0;
        for (JsonNode line : TokenizerGolden.lines("decode.jsonl")) {
            int[] ids = TokenizerGolden.ids(line.get("ids"));
            for (TokenizerProfile profile : List.of(TokenizerProfile.OPENAI, TokenizerProfile.OPEN_CLIP)) {
                assertThat(tokenizers.get(profile).decode(ids, false))
                        .as("%s %s", line.get("id"), profile)
                        .isEqualTo(line.get(profile.label()).textValue());
                compared++;
            }
            Map<String, List<TokenizerProfile>> names = Map.of(
                    "hf-fast", List.of(TokenizerProfile.HF_FAST),
                    "hf-slow", List.of(TokenizerProfile.HF_SLOW_FTFY, TokenizerProfile.HF_SLOW_NOFTFY),
                    "hf-v5", List.of(TokenizerProfile.HF_V5));
            for (Map.Entry<String, List<TokenizerProfile>> entry : names.entrySet()) {
                JsonNode expected = line.get(entry.getKey());
                for (TokenizerProfile profile : entry.getValue()) {
                    assertThat(tokenizers.get(profile).decode(ids, false))
                            .as("%s %s", line.get("id"), profile)
                            .isEqualTo(expected.get("keep").textValue());
                    assertThat(tokenizers.get(profile).decode(ids, true))
                            .as("%s %s", line.get("id"), profile)
                            .isEqualTo(expected.get("skip").textValue());
                    compared++;
                }
            }
        }
        assertThat(compared).isEqualTo(107 * 6);
    }
}
