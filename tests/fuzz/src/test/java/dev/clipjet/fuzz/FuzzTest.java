package dev.clipjet.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The committed corpus and mutations of it through every target, and a short run of the fuzzer from it. */
class FuzzTest {
    private static final Path CORPUS = Path.of("corpus").toAbsolutePath();
    private static final String SHORT_RUN_SECONDS = "2";
    private static final long MAX_SECONDS = 240;

    private static final int MUTATIONS = 3000;
    private static final int MAX_LENGTH = 4096;

    @TempDir
    Path found;

    @ParameterizedTest
    @EnumSource
    void the_corpus_and_mutations_of_it_keep_the_promises(Targets target) throws IOException {
        Consumer<byte[]> runner = target.runner();
        List<byte[]> inputs = new ArrayList<>();
        try (Stream<Path> files = Files.list(CORPUS.resolve(target.folder()))) {
            for (Path file : (Iterable<Path>) files.sorted()::iterator) {
                byte[] input = Files.readAllBytes(file);
                inputs.add(input);
                runner.accept(input);
            }
        }
        assertThat(inputs).isNotEmpty();
        Mutator mutator = new Mutator(inputs, target.ordinal(), MAX_LENGTH);
        for (int i = 0; i < MUTATIONS; i++) {
            runner.accept(mutator.next());
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_short_run_finds_nothing(Targets target) throws IOException, InterruptedException {
        Path log = found.resolve("log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-Dclipjet.fuzz.bytesPerByte=1024",
                        // Under the hooks the many forms of a text that are tried take tens of megabytes.
                        "-Dclipjet.fuzz.constants=" + (target == Targets.TEXT ? 4096 : 8),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + target.type().getName(),
                        "--instrumentation_includes=dev.clipjet.**",
                        "--reproducer_path=" + found,
                        "-artifact_prefix=" + found + "/",
                        "-max_total_time=" + SHORT_RUN_SECONDS,
                        Files.createDirectory(found.resolve("new")).toString(),
                        CORPUS.resolve(target.folder()).toString())
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
