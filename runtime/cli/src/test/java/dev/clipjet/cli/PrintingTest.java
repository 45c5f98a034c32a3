package dev.clipjet.cli;

import static dev.clipjet.cli.CliRun.golden;
import static dev.clipjet.cli.CliRun.run;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import dev.clipjet.console.PrintedText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Texts of files and users as they are printed. That nothing of them steers a terminal, {@link CliRun} checks in every test; here are
 * those that try.
 */
class PrintingTest {
    @TempDir
    Path temp;

    private Path hostile(String name) throws IOException {
        try (InputStream in = PrintingTest.class.getResourceAsStream("hostile/" + name)) {
            return Files.write(temp.resolve(name), in.readAllBytes());
        }
    }

    @Test
    void namesAndMetadataOfTensorsAreEscaped() throws IOException {
        CliRun metadata = run("inspect", hostile("terminal-metadata.safetensors"));
        assertThat(metadata.out()).contains("k\\u001b[2J  \\u001b]0;pwned\\u0007\\u001b[31mRED\\rover\\nline");
        CliRun name = run("inspect", hostile("terminal-name.safetensors"));
        assertThat(name.out()).contains("a\\u001b[31m\\u001b]0;pwned\\u0007b");
        assertThat(run("inspect", hostile("terminal-name.safetensors"), "--json")
                        .json()
                        .get("tensor_list")
                        .fieldNames()
                        .next())
                .as("a document means what the file says")
                .isEqualTo("a\u001b[31m\u001b]0;pwned\u0007b");
    }

    @Test
    void aLineBreakInANameMakesNoLineOfOurs() throws IOException {
        String forged = "x.png\nclipjet: all is well\u009b31m\u202e";
        Path photo = Files.copy(golden("preprocess/images/checker.png"), temp.resolve(forged));
        CliRun done = run("preprocess", photo, "--size", 8, "--out", temp.resolve("out"));
        assertThat(done.code()).as(done.err()).isZero();
        assertThat(done.out()).hasLineCount(1).contains("x.png\\nclipjet: all is well\\u009b31m\\u202e -> ");
        CliRun missing = run("preprocess", temp.resolve("no" + forged), "--out", temp.resolve("out"));
        assertThat(missing.err()).hasLineCount(1).contains("\\nclipjet: all is well");
        CliRun folder = run("embed", "--text", "a", "--model", temp.resolve("no" + forged));
        assertThat(folder.err()).hasLineCount(1).contains("\\nclipjet: all is well");
        String[] embed = {
            "embed",
            "--image",
            photo.toString(),
            "--model",
            golden("hf-vit-quickgelu").toString()
        };
        assertThat(run((Object[]) embed).out()).hasLineCount(2);
    }

    @Test
    void labelsTextsAndWrongArgumentsAreEscaped() {
        Object photo = golden("preprocess/images/checker.png");
        Object model = golden("hf-vit-quickgelu");
        assertThat(run("classify", photo, "--label", "a\u001b[2Jb", "--label", "c\nd", "--model", model)
                        .out())
                .contains("a\\u001b[2Jb", "c\\nd");
        assertThat(run("similarity", "--image", photo, "--text", "a\u0007b", "--model", model)
                        .out())
                .contains("a\\u0007b");
        assertThat(run("tokenize", "--no-such\u001b[2J").err()).contains("--no-such\\u001b[2J");
        assertThat(run("\u001b[2J").err()).contains("\\u001b[2J");
        assertThat(run("tokenize", "\u009b31m\u202e", "--json")
                        .json()
                        .at("/results/0/text")
                        .textValue())
                .isEqualTo("\u009b31m\u202e");
    }

    @Test
    void stackTracesAreEscapedToo() {
        CliRun run = run("embed", "--text", "a", "--model", temp.resolve("no\nsuch"), "--verbose");
        assertThat(run.err()).contains("no\\nsuch", "    at dev.clipjet");
    }

    @Test
    void logsAreEscapedAndShortened() {
        StderrLogging.EventEncoder encoder = new StderrLogging.EventEncoder();
        LoggingEvent event = new LoggingEvent(
                "test",
                new LoggerContext().getLogger("dev.clipjet.Some"),
                Level.WARN,
                "a\u001b[2J\nERROR forged " + "x".repeat(100_000),
                new IOException("c\nd"),
                null);
        String lines = new String(encoder.encode(event), StandardCharsets.UTF_8);
        assertThat(lines)
                .startsWith("WARN  Some: a\\u001b[2J\\nERROR forged xxx")
                .contains("IOException: c\\nd");
        assertThat(lines.lines()).allMatch(line -> line.length() < 2 * PrintedText.MAX_ERROR_CHARS);
    }

    @Test
    void longErrorsAreShortened() throws IOException {
        CliRun run = run("inspect", hostile("long-error.safetensors"));
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .hasLineCount(1)
                .hasSizeLessThan(2_500)
                .startsWith("clipjet: " + temp.resolve("long-error.safetensors"))
                .contains("characters left out");
        CliRun argument = run("tokenize", "--no-such-" + "x".repeat(100_000));
        assertThat(argument.err().lines()).allMatch(line -> line.length() < 2_500);
    }

    @Test
    void aNameThatNoFileCanHaveIsAnErrorOfTheModel() throws IOException {
        Path model = Files.createDirectory(temp.resolve("model"));
        Files.copy(golden("hf-vit-quickgelu/config.json"), model.resolve("config.json"));
        Files.copy(hostile("surrogate.index.json"), model.resolve("model.safetensors.index.json"));
        CliRun run = run("inspect", model);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .hasLineCount(1)
                .contains("weight_map.logit_scale: names the file \"a\\ud800b\"")
                .doesNotContain("internal error");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud800", "a\u0000b"})
    void aNameThatNoFileCanHaveIsNoInternalError(String name) {
        for (Object[] line : new Object[][] {
            {"inspect", name},
            {"embed", "--image", name, "--model", golden("hf-vit-quickgelu")},
            {"convert", golden("hf-vit-quickgelu"), name},
            {"preprocess", golden("preprocess/images/checker.png"), "--out", name},
            {"tokenize", "--jsonl", name}
        }) {
            CliRun run = run(line);
            assertThat(run.code()).as(line[0] + ": " + run.err()).isBetween(1, 2);
            assertThat(run.err()).doesNotContain("internal error");
        }
    }

    /** Captions begin with @; the words of a file in place of one would be a way to read any file. */
    @Test
    void argumentsAreNotReadFromFiles() throws IOException {
        Path secret = Files.writeString(temp.resolve("secret"), "tokenize swordfish");
        String argument = "@" + secret;
        CliRun tokenized = run("tokenize", "--json", argument);
        assertThat(tokenized.json().at("/results/0/text").textValue()).isEqualTo(argument);
        assertThat(tokenized.json().get("results")).hasSize(1);
        CliRun command = run(argument);
        assertThat(command.code()).isEqualTo(2);
        assertThat(command.err()).contains(argument).doesNotContain("swordfish");
        Object photo = golden("preprocess/images/checker.png");
        Object model = golden("hf-vit-quickgelu");
        for (Object[] line : new Object[][] {
            {"embed", "--text", argument, "--model", model},
            {"similarity", "--image", photo, "--text", argument, "--model", model},
            {"classify", photo, "--label", argument, "--label", "b", "--model", model},
            {"inspect", argument},
            {"convert", argument, temp.resolve("out")},
        }) {
            CliRun run = run(line);
            assertThat(run.out() + run.err()).as(String.valueOf(line[0])).contains(argument);
            assertThat(run.out() + run.err()).doesNotContain("swordfish");
        }
    }
}
