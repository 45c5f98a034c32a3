package dev.clipjet.ptx.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole outputs. A file in {@code golden} begins with the command; what it prints and its exit code follow. With
 * {@code -Dclipjet.record=true} they are written anew.
 */
class GoldenOutputTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden");

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList();
        }
    }

    private static String output(String command, String... more) {
        String[] words = command.split(" ");
        assertThat(words).startsWith("$", "clipjet-ptx");
        Object[] args =
                Stream.concat(Arrays.stream(words).skip(2), Arrays.stream(more)).toArray();
        ToolRun run = ToolRun.run(args);
        return run.out() + run.err() + "exit code " + run.code() + "\n";
    }

    @ParameterizedTest
    @MethodSource("files")
    void printsWhatItPrintedBefore(Path file) throws IOException {
        String recorded = Files.readString(file);
        String command = recorded.lines().findFirst().orElseThrow();
        String now = command + "\n" + output(command);
        if (Boolean.getBoolean("clipjet.record")) {
            Files.writeString(file, now);
            return;
        }
        assertThat(now.replace("\r\n", "\n")).isEqualTo(recorded);
    }

    @Test
    void thereAreOutputsOfEveryCommand() throws IOException {
        assertThat(files())
                .extracting(file -> file.getFileName().toString().split("-")[0])
                .contains("run", "check", "profile", "assemble", "list");
    }

    @ParameterizedTest
    @MethodSource("files")
    void isTheSameWithOneWorkerAndWithFour(Path file) throws IOException {
        String command = Files.readString(file).lines().findFirst().orElseThrow();
        if (command.contains("--block")) {
            assertThat(output(command, "--workers", "4")).isEqualTo(output(command, "--workers", "1"));
        }
    }
}
