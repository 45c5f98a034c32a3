package dev.clipjet.cli;

import static dev.clipjet.cli.CliRun.golden;
import static dev.clipjet.cli.CliRun.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InspectTest {

    @Test
    void everyDirectoryIsDescribedOrRefusedInOneLine() throws IOException {
        List<Path> directories;
        try (Stream<Path> all = Files.list(golden(""))) {
            directories = all.filter(path -> path.getFileName().toString().startsWith("hf-"))
                    .sorted()
                    .toList();
        }
        int described = 0;
        for (Path directory : directories) {
            CliRun run = run("inspect", directory, "--json");
            if (run.code() != 0) {
                assertThat(run.out()).isEmpty();
                assertThat(run.err()).startsWith("clipjet: ").contains(directory.toString());
                assertThat(run.err().strip().lines()).hasSize(1);
                continue;
            }
            described++;
            JsonNode golden = CliRun.parse(Files.readString(directory.resolve("case.json")));
            JsonNode report = run.json();
            assertThat(report.get("family").asText())
                    .as(directory.toString())
                    .isEqualTo(golden.get("class").asText());
            assertThat(report.get("parameters").asLong()).isPositive();
            if (golden.hasNonNull("preprocessing") && report.has("preprocessing")) {
                assertThat(report.get("preprocessing").get("profile").asText())
                        .as(directory.toString())
                        .isEqualTo(golden.get("preprocessing").asText());
                assertThat(report.get("preprocessing").get("reason").asText()).isNotEmpty();
            }
            assertThat(run("inspect", directory).out()).contains("family").contains("logit scale");
        }
        assertThat(described).isGreaterThanOrEqualTo(15);
    }

    @Test
    void aSingleSafetensorsFileIsListed() {
        CliRun run = run("inspect", golden("hf-vit-quickgelu/model.safetensors"), "--json");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().get("stored").get("tensors").asInt())
                .isEqualTo(run.json().get("tensor_list").size());
        assertThat(run.json().get("metadata").get("format").asText()).isEqualTo("pt");
    }

    @Test
    void anOpenClipDirectoryIsDescribed() {
        CliRun run = run("inspect", golden("openclip-clipa"), "--json");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode report = run.json();
        assertThat(report.get("family").asText()).isEqualTo("open_clip CLIP");
        assertThat(report.get("format").asText()).isEqualTo("safetensors");
        assertThat(report.at("/image_tower/pooling").asText()).isEqualTo("norm-of-mean");
        assertThat(report.at("/image_tower/norm_before_blocks").asBoolean(true)).isFalse();
        assertThat(report.at("/text_tower/causal").asBoolean(true)).isFalse();
        assertThat(report.at("/preprocessing/resize").asText()).isEqualTo("squash to 24x24");
        assertThat(report.at("/preprocessing/resample").asText()).isEqualTo("bilinear");
    }

    @Test
    void whatTheFilesDoNotSayCanBeAdded() {
        Path model = golden("openclip-vit-gelu");
        JsonNode report = run(
                        "inspect",
                        model,
                        "--heads",
                        "1,4",
                        "--activation",
                        "quick_gelu",
                        "--image-size",
                        "48",
                        "--json")
                .json();
        assertThat(report.at("/image_tower/heads").asInt()).isEqualTo(1);
        assertThat(report.at("/text_tower/heads").asInt()).isEqualTo(4);
        assertThat(report.at("/text_tower/activation").asText()).isEqualTo("quick-gelu");
        assertThat(report.at("/image_tower/tokens").asInt()).isEqualTo(37);
        assertThat(report.get("notes").toString()).contains("resampled from 3x3 to 6x6");
        for (String heads : List.of("", "1,2,3", "x", "1,", "0")) {
            CliRun refused = run("inspect", model, "--heads", heads);
            assertThat(refused.code()).as(heads).isNotZero();
            assertThat(refused.err()).contains("heads");
        }
        assertThat(run("inspect", model, "--activation", "relu").err()).contains("quick-gelu, gelu, gelu-tanh");
    }

    @Test
    void aFileOfAnotherKindIsRefused() {
        CliRun run = run("inspect", golden("hf-vit-quickgelu/config.json"));
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("clipjet: ").contains("config.json");
    }
}
