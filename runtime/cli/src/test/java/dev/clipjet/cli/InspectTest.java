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
    void aFileOfAnotherKindIsRefused() {
        CliRun run = run("inspect", golden("hf-vit-quickgelu/config.json"));
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("clipjet: ").contains("config.json");
    }
}
