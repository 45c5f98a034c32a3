package dev.clipjet.ptx.assembler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the emulator's tests run and parse as files is PTX for NVIDIA's assembler too, as far as this version of the assembler goes:
 * up to version 8.0.
 */
class GrammarOracleTest {
    private static final Path TEXTS = Path.of("../emulator/src/test/resources/ptx");
    private static final Pattern VERSION = Pattern.compile("(?m)^\\.version (\\d+)\\.(\\d+)");
    private static final Pattern TARGET = Pattern.compile("(?m)^\\.target (sm_\\w+)");

    static List<Path> texts() throws IOException {
        try (Stream<Path> files = Files.walk(TEXTS)) {
            return files.filter(file -> file.toString().endsWith(".ptx"))
                    .filter(GrammarOracleTest::known)
                    .sorted()
                    .toList();
        }
    }

    private static boolean known(Path file) {
        try {
            Matcher version = VERSION.matcher(Files.readString(file));
            assertThat(version.find()).as("%s has a version", file).isTrue();
            return Integer.parseInt(version.group(1)) * 100 + Integer.parseInt(version.group(2)) <= 800;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void thereAreTexts() throws IOException {
        assertThat(texts())
                .extracting(file -> file.getFileName().toString())
                .contains("basics.ptx", "gemm.ptx", "nvrtc-hopper.ptx");
    }

    @ParameterizedTest
    @MethodSource("texts")
    void assembles(Path file) throws IOException {
        String ptx = Files.readString(file);
        Matcher target = TARGET.matcher(ptx);
        assertThat(target.find()).isTrue();
        String own = target.group(1);
        // Code for one architecture alone fits no other; the rest must fit the newer ones too.
        List<String> targets = own.endsWith("a") ? List.of(own) : List.of(own, "sm_90");
        for (String each : targets) {
            assertThatCode(() -> assertThat(PtxAssembler.assemble(
                                            file.getFileName().toString(), ptx, AssemblerOptions.suited(each, ptx))
                                    .kernels())
                            .isNotEmpty())
                    .doesNotThrowAnyException();
        }
    }
}
