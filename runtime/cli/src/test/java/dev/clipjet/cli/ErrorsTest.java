package dev.clipjet.cli;

import static dev.clipjet.cli.CliRun.golden;
import static dev.clipjet.cli.CliRun.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorsTest {
    @TempDir
    Path temp;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bogus",
                "classify",
                "classify x.png",
                "classify --label cat",
                "classify x.png --label cat --label cat",
                "classify x.png --label cat --template nothing",
                "classify x.png --label cat --device tpu",
                "classify x.png --label cat --threads 0",
                "classify x.png --label cat --preprocess-profile nope",
                "classify x.png --label cat *.png",
                "embed",
                "embed --ids 1,x",
                "tokenize",
                "tokenize a --profile nope",
                "tokenize a --context 1",
                "preprocess x.png --out o --size 0",
                "preprocess x.png --out o --profile nope",
                "preprocess x.png --out o --profile open-clip-shortest-nope",
                "preprocess x.png --out o --model m --size 3",
                "synth ViT-Z-99 dir",
            })
    void wrongUsageIsTwo(String line) {
        CliRun run = run((Object[]) (line.isEmpty() ? new String[0] : line.split(" ")));
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("clipjet: ").doesNotContain("    at ");
    }

    @Test
    void unknownNamesAreAnsweredWithTheKnownOnes() {
        assertThat(run("tokenize", "a", "--profile", "nope").err()).contains("hf-slow-noftfy");
        assertThat(run("synth", "nope", "dir").err()).contains("ViT-L-14-336");
        assertThat(run("synth", "--help").out()).contains("ViT-B-32", "ViT-bigG-14");
    }

    @Test
    void aMissingModelIsOneLine() {
        CliRun run = run("classify", "x.png", "--label", "cat", "--model", temp.resolve("nothing"));
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().strip().lines()).hasSize(1);
        assertThat(run.err()).startsWith("clipjet: " + temp.resolve("nothing"));
    }

    @Test
    void aCutModelIsOneLineAndAStackTraceOnRequest() throws IOException {
        Path model = golden("hf-vit-quickgelu");
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] content = Files.readAllBytes(file);
                boolean weights = file.getFileName().toString().equals("model.safetensors");
                Files.write(
                        temp.resolve(file.getFileName()),
                        weights ? java.util.Arrays.copyOf(content, content.length / 2) : content,
                        StandardOpenOption.CREATE);
            }
        }
        CliRun run = run("embed", "--text", "a", "--model", temp);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().strip().lines()).hasSize(1);
        assertThat(run.err()).contains("model.safetensors");
        CliRun verbose = run("embed", "--text", "a", "--model", temp, "--verbose");
        assertThat(verbose.err()).contains("ModelFormatException", "    at ");
    }

    @Test
    void synthOverwritesNothing() throws IOException {
        Path kept = Files.writeString(temp.resolve("kept"), "x");
        CliRun run = run("synth", "vit-b/32", temp);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("nothing is overwritten");
        assertThat(kept).hasContent("x");
        assertThat(temp.resolve("config.json")).doesNotExist();
    }

    @Test
    void theDemoModelIsUnpackedOnceAndRepaired() throws IOException {
        Map<String, byte[]> files = Map.of("a", new byte[] {1, 2}, "b", new byte[0]);
        Path first = DemoModel.extracted(files, temp);
        assertThat(first.resolve("a")).hasBinaryContent(new byte[] {1, 2});
        Files.delete(first.resolve("b"));
        assertThat(DemoModel.extracted(files, temp)).isEqualTo(first);
        assertThat(first.resolve("b")).exists();
        assertThat(DemoModel.extracted(Map.of("a", new byte[] {1, 3}), temp)).isNotEqualTo(first);
        try (Stream<Path> content = Files.list(temp)) {
            assertThat(content).hasSize(2);
        }
    }

    @Test
    void doctorNamesWhatIsThere() {
        CliRun run = run("doctor", "--json");
        assertThat(run.code()).isZero();
        assertThat(run.json().get("java").get("version").asText())
                .isEqualTo(Runtime.version().toString());
        assertThat(run.json().get("cpu").get("onednn").asText()).startsWith("loads");
        assertThat(run.json().get("gpu").get("meaning").asText()).contains("CPU");
        assertThat(run.json().get("cuda_libraries").has("libcublas.so.12")).isTrue();
    }
}
