package dev.clipjet.cli;

import static dev.clipjet.cli.CliRun.golden;
import static dev.clipjet.cli.CliRun.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingCommandsTest {
    private static final String MODEL = "hf-vit-quickgelu";

    @TempDir
    Path temp;

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void classifyRanksAFolderAndKeepsToTheContract() {
        Path model = golden(MODEL);
        CliRun run = run(
                "classify",
                model.resolve("images"),
                "--label",
                "cat",
                "dog",
                "--label",
                "fire truck",
                "--model",
                model,
                "--json");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode document = run.json();
        assertThat(names(document)).containsExactly("model", "device", "results");
        assertThat(document.get("device").asText()).isEqualTo("cpu");
        List<String> files = new ArrayList<>();
        for (JsonNode result : document.get("results")) {
            assertThat(names(result)).containsExactly("image", "labels");
            files.add(Path.of(result.get("image").asText()).getFileName().toString());
            assertThat(result.get("labels")).hasSize(3);
            double sum = 0;
            double before = 1;
            for (JsonNode label : result.get("labels")) {
                assertThat(names(label)).containsExactly("label", "logit", "probability");
                double probability = label.get("probability").asDouble();
                assertThat(probability).isLessThanOrEqualTo(before);
                before = probability;
                sum += probability;
            }
            assertThat(sum).isCloseTo(1, within(1e-6));
        }
        assertThat(files).containsExactly("astronaut.png", "chelsea.png", "coffee.png", "noise.png");
    }

    @Test
    void anImageThatCannotBeReadDoesNotKeepTheOthersFromBeingDone() throws IOException {
        Path model = golden(MODEL);
        Path broken = Files.writeString(temp.resolve("broken.png"), "no image");
        CliRun run = run(
                "classify",
                broken,
                model.resolve("images/*.png"),
                temp.resolve("nope.jpg"),
                "--label",
                "cat",
                "--label",
                "dog",
                "--model",
                model,
                "--json");
        assertThat(run.code()).isEqualTo(1);
        JsonNode results = run.json().get("results");
        assertThat(results).hasSize(6);
        assertThat(names(results.get(0))).containsExactly("image", "error");
        assertThat(results.get(0).get("image").asText()).isEqualTo(broken.toString());
        assertThat(results.get(1).has("labels")).isTrue();
        assertThat(results.get(5).get("error").asText()).contains("no such file");
        assertThat(run.err()).contains("clipjet: " + broken + ": ").contains("2 of 6 images");
    }

    @Test
    void humanOutputHasABlockForEachImage() {
        Path model = golden(MODEL);
        CliRun run = run("classify", model.resolve("images"), "--label", "cat", "--label", "a dog", "--model", model);
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("chelsea.png\n").containsPattern("  cat   +\\d+\\.\\d %");
    }

    @Test
    void embedKeepsTheOrderAndAgreesWithTheOriginal() {
        Path model = golden(MODEL);
        JsonNode texts = caseFile(model).get("texts");
        CliRun run = run(
                "embed",
                "--text",
                texts.get(0).asText(),
                "--image",
                model.resolve("images/chelsea.png"),
                "--text",
                texts.get(1).asText(),
                "--ids",
                "598,5,599",
                "--model",
                model,
                "--json");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode document = run.json();
        assertThat(names(document)).containsExactly("model", "device", "dimension", "embeddings");
        List<String> kinds = new ArrayList<>();
        for (JsonNode embedding : document.get("embeddings")) {
            assertThat(names(embedding)).containsExactly("input", "kind", "vector");
            kinds.add(embedding.get("kind").asText());
            assertThat(embedding.get("vector"))
                    .hasSize(document.get("dimension").asInt());
            assertThat(norm(embedding.get("vector"))).isCloseTo(1, within(1e-5));
        }
        assertThat(kinds).containsExactly("text", "image", "text", "ids");
    }

    @Test
    void tokenIdsAndTheirTextHaveTheSameEmbedding() {
        Path model = golden(MODEL);
        String text = caseFile(model).get("texts").get(0).asText();
        List<String> ids = new ArrayList<>();
        JsonNode tokens = run("tokenize", text, "--model", model, "--json").json();
        tokens.get("results").get(0).get("ids").forEach(id -> ids.add(id.asText()));
        CliRun run = run("embed", "--text", text, "--ids", String.join(",", ids), "--raw", "--model", model, "--json");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode embeddings = run.json().get("embeddings");
        assertThat(embeddings.get(1).get("vector")).isEqualTo(embeddings.get(0).get("vector"));
        assertThat(norm(embeddings.get(0).get("vector"))).isNotCloseTo(1, within(1e-3));
    }

    private static JsonNode caseFile(Path model) {
        try {
            return CliRun.parse(Files.readString(model.resolve("case.json")));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static double norm(JsonNode vector) {
        double sum = 0;
        for (JsonNode value : vector) {
            sum += value.asDouble() * value.asDouble();
        }
        return Math.sqrt(sum);
    }

    @Test
    void similarityIsAMatrix() {
        Path model = golden(MODEL);
        CliRun run = run(
                "similarity",
                "--image",
                model.resolve("images/chelsea.png"),
                model.resolve("images/coffee.png"),
                "--text",
                "a cat",
                "--text",
                "a cup",
                "a dog",
                "--model",
                model,
                "--json");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode document = run.json();
        assertThat(names(document)).containsExactly("images", "texts", "logits", "probabilities");
        assertThat(document.get("logits")).hasSize(2);
        assertThat(document.get("logits").get(1)).hasSize(3);
        assertThat(document.get("probabilities").get(0)).hasSize(3);
    }

    @Test
    void evaluateCountsRightAnswers() throws IOException {
        Path model = golden(MODEL);
        byte[] records = new byte[2 * 3073];
        records[3073] = 1;
        Path data = Files.write(temp.resolve("two.bin"), records);
        Path prompts = Files.writeString(
                temp.resolve("prompts.json"), "{\"classes\":[\"cat\",\"dog\"],\"templates\":[\"a {}\"]}");
        CliRun run = run("evaluate", "--data", data, "--prompts", prompts, "--model", model, "--json");
        assertThat(run.code()).as(run.err()).isZero();
        // Two black images with different labels: exactly one of the two answers is right.
        assertThat(run.json().get("correct").asInt()).isEqualTo(1);
        assertThat(run.json().get("top1").asDouble()).isEqualTo(0.5);
        Files.write(data, new byte[100]);
        CliRun broken = run("evaluate", "--data", data, "--prompts", prompts, "--model", model);
        assertThat(broken.code()).isEqualTo(1);
        assertThat(broken.err()).startsWith("clipjet: " + data).contains("multiple of 3073");
    }
}
