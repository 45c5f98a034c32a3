package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The built-in model keeps its promise: held-out images, ensembled prompts, and the sample photographs. */
class DemoModelTest {
    private static final Path TESTS =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();

    @Test
    void zero_shot_accuracy_on_500_held_out_images() throws Exception {
        Path demo = TESTS.resolve("demo-model");
        JsonNode result = json(CommandLineProcess.output(
                "-Xmx512m",
                "evaluate",
                "--data",
                demo.resolve("cifar10-test-500.bin").toString(),
                "--prompts",
                demo.resolve("prompts.json").toString(),
                "--json"));
        System.out.println("demo model, 500 held-out images: " + result);
        assertThat(result.get("images").intValue()).isEqualTo(500);
        assertThat(result.get("top1").doubleValue()).isGreaterThan(0.8);
    }

    @ParameterizedTest
    @CsvSource({"cat.png,cat", "dog.jpg,dog"})
    void sample_photographs_get_their_label(String file, String label) throws Exception {
        JsonNode result = json(CommandLineProcess.output(
                "-Xmx512m",
                "classify",
                TESTS.resolve("samples").resolve(file).toString(),
                "--label",
                "cat",
                "--label",
                "dog",
                "--label",
                "ship",
                "--label",
                "airplane",
                "--json"));
        assertThat(result.at("/results/0/labels/0/label").textValue()).isEqualTo(label);
        assertThat(result.at("/results/0/labels/0/probability").doubleValue()).isGreaterThan(0.25);
    }

    private static JsonNode json(String document) throws IOException {
        return new JsonMapper().readTree(document);
    }
}
