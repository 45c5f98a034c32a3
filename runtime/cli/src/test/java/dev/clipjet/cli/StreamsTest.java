package dev.clipjet.cli;

import static dev.clipjet.cli.CliRun.golden;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a process, with streams as a shell can set them up. */
class StreamsTest {
    private static final Path BASH = Path.of("/bin/bash");

    @TempDir
    Path temp;

    @BeforeAll
    static void needsAShell() {
        assumeTrue(Files.isExecutable(BASH), "SKIPPED: there is no " + BASH);
    }

    private record Ended(int code, String out, String err) {}

    /** Runs a line of a shell in which {@code $CLIPJET} is the command line. */
    private Ended shell(String line) throws IOException, InterruptedException {
        Path out = temp.resolve("stdout");
        Path err = temp.resolve("stderr");
        ProcessBuilder builder = new ProcessBuilder(BASH.toString(), "-c", line)
                .directory(temp.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment()
                .put(
                        "CLIPJET",
                        Path.of(System.getProperty("java.home"), "bin", "java") + " -Xshare:auto -Xmx256m -cp "
                                + System.getProperty("java.class.path") + " " + Main.class.getName());
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        return new Ended(process.exitValue(), read(out), read(err));
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    @Test
    void aFullDeviceIsAnError() throws Exception {
        Ended ended = shell("exec $CLIPJET tokenize a >/dev/full");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).contains("clipjet: standard output cannot be written: ");
    }

    @Test
    void aClosedStreamIsAnError() throws Exception {
        Ended ended = shell("exec $CLIPJET tokenize a >&-");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).contains("clipjet: standard output cannot be written: ");
    }

    @Test
    void aReaderThatWentAwayIsNotTold() throws Exception {
        Ended ended = shell("{ sleep 1; exec $CLIPJET tokenize a; } | true; exit ${PIPESTATUS[0]}");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void whatArrivesIsDone() throws Exception {
        Ended ended = shell("exec $CLIPJET tokenize a");
        assertThat(ended.code()).isZero();
        assertThat(ended.out()).isEqualTo("49406 320 49407\n");
        assertThat(ended.err()).isEmpty();
    }

    /** A file name need not be UTF-8; text cannot give it back, so it is kept as it is. */
    @Test
    void filesWhoseNamesAreNoTextAreRead() throws Exception {
        Path photo = golden("preprocess/images/checker.png");
        Ended ended = shell("mkdir photos && cp " + photo
                + " photos/$'a\\xff\\xfeb'.png && exec $CLIPJET preprocess photos " + "--size 8 --out out");
        assertThat(ended.err()).isEmpty();
        assertThat(ended.code()).isZero();
        assertThat(temp.resolve("out"))
                .isDirectoryContaining(path -> path.toString().endsWith("b.png"));
    }
}
