package dev.clipjet.cli;

import static dev.clipjet.cli.CliRun.golden;
import static dev.clipjet.cli.CliRun.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clipjet.model.TokenizerProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TokenizeTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path temp;

    /** All texts of the golden file, lone surrogates included, in one call. */
    @ParameterizedTest
    @EnumSource(TokenizerProfile.class)
    void idsAreThoseOfTheOriginal(TokenizerProfile profile) throws IOException {
        List<String> lines = Files.readAllLines(golden("tokenizer/cases.jsonl"));
        StringBuilder texts = new StringBuilder();
        for (String line : lines) {
            // The raw token keeps the escapes of lone surrogates.
            int start = line.indexOf("\"text\":") + 7;
            texts.append(line, start, line.indexOf(",\"group\":")).append('\n');
        }
        Path file = Files.writeString(temp.resolve("texts.jsonl"), texts);
        CliRun run = run("tokenize", "--jsonl", file, "--profile", profile.label(), "--json");
        JsonNode document = run.json();
        assertThat(document.get("profile").asText()).isEqualTo(profile.label());
        assertThat(document.get("results")).hasSize(lines.size());
        boolean errors = false;
        for (int i = 0; i < lines.size(); i++) {
            JsonNode expected = JSON.readTree(lines.get(i));
            JsonNode result = document.get("results").get(i);
            assertThat(result.get("text")).isEqualTo(expected.get("text"));
            JsonNode ids = expected.get("ids").get(profile.label());
            if (ids.isArray()) {
                assertThat(result.get("ids")).as(lines.get(i)).isEqualTo(ids);
            } else {
                errors = true;
                assertThat(result.has("error")).as(lines.get(i)).isTrue();
            }
        }
        assertThat(run.code()).isEqualTo(errors ? 1 : 0);
    }

    @Test
    void contextPadsAndCuts() {
        JsonNode openAi = run("tokenize", "a diagram", "a photo of a cat", "--context", 4, "--json")
                .json();
        assertThat(openAi.get("results").get(0).get("ids")).hasToString("[49406,320,22697,49407]");
        assertThat(openAi.get("results").get(1).get("ids")).hasToString("[49406,320,1125,49407]");
        JsonNode padded = run("tokenize", "a", "--context", 5, "--json").json();
        assertThat(padded.get("results").get(0).get("ids")).hasToString("[49406,320,49407,0,0]");
        JsonNode huggingFace = run("tokenize", "a", "--context", 5, "--profile", "hf-fast", "--json")
                .json();
        assertThat(huggingFace.get("results").get(0).get("ids")).hasToString("[49406,320,49407,49407,49407]");
    }

    @Test
    void noTruncateIsAnErrorForThatText() {
        CliRun run = run("tokenize", "a photo of a cat", "a", "--context", 4, "--no-truncate", "--json");
        assertThat(run.code()).isEqualTo(1);
        JsonNode results = run.json().get("results");
        assertThat(results.get(0).has("ids")).isFalse();
        assertThat(results.get(0).get("error").asText()).contains("7 tokens").contains("4");
        assertThat(results.get(1).get("ids")).hasSize(4);
    }

    @Test
    void aLineThatIsNoStringIsNamed() throws IOException {
        Path file = Files.writeString(temp.resolve("bad.jsonl"), "\"fine\"\n{}\n");
        CliRun run = run("tokenize", "--jsonl", file);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("line 2");
    }
}
