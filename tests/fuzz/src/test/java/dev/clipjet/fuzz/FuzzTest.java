package dev.clipjet.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.weights.torch.PickleTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The committed corpus through every target, and a short run of the fuzzer from it. */
class FuzzTest {
    private static final Path CORPUS = Path.of("corpus").toAbsolutePath();
    private static final String SHORT_RUN_SECONDS = "2";
    private static final long MAX_SECONDS = 240;

    private static final Map<String, Consumer<byte[]>> TARGETS = Map.of(
            "safetensors", SafetensorsTarget::fuzzerTestOneInput,
            "pickle", PickleTarget::fuzzerTestOneInput,
            "zip", ZipTarget::fuzzerTestOneInput,
            "legacy", LegacyTarget::fuzzerTestOneInput,
            "config", ConfigTarget::fuzzerTestOneInput,
            "tokenizer", TokenizerTarget::fuzzerTestOneInput);

    private static final Map<String, Class<?>> CLASSES = Map.of(
            "safetensors", SafetensorsTarget.class,
            "pickle", PickleTarget.class,
            "zip", ZipTarget.class,
            "legacy", LegacyTarget.class,
            "config", ConfigTarget.class,
            "tokenizer", TokenizerTarget.class);

    @TempDir
    Path found;

    @ParameterizedTest
    @ValueSource(strings = {"safetensors", "pickle", "zip", "legacy", "config", "tokenizer"})
    void the_corpus_keeps_the_promises(String target) throws IOException {
        try (Stream<Path> inputs = Files.list(CORPUS.resolve(target))) {
            List<Path> files = inputs.toList();
            assertThat(files).isNotEmpty();
            for (Path file : files) {
                TARGETS.get(target).accept(Files.readAllBytes(file));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"safetensors", "pickle", "zip", "legacy", "config", "tokenizer"})
    void a_short_run_finds_nothing(String target) throws IOException, InterruptedException {
        Path log = found.resolve("log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-Dclipjet.fuzz.bytesPerByte=1024",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + CLASSES.get(target).getName(),
                        "--instrumentation_includes=dev.clipjet.**",
                        "--reproducer_path=" + found,
                        "-artifact_prefix=" + found + "/",
                        "-max_total_time=" + SHORT_RUN_SECONDS,
                        Files.createDirectory(found.resolve("new")).toString(),
                        CORPUS.resolve(target).toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(MAX_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
