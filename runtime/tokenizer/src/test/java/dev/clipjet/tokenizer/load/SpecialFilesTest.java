package dev.clipjet.tokenizer.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.model.TokenizerSpec;
import dev.clipjet.tokenizer.ClipTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pipes and devices in the place of tokenizer files are refused, and not waited for. */
class SpecialFilesTest {
    @TempDir
    Path folder;

    private void put(String name, boolean special) throws Exception {
        Path file = folder.resolve(name);
        if (special) {
            try {
                assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                        .isZero();
            } catch (IOException e) {
                assumeTrue(false, "this machine has no mkfifo");
            }
        } else {
            Files.writeString(
                    file, name.endsWith(".json") ? "{\"<|startoftext|>\":0,\"<|endoftext|>\":1}" : "#version: 0.2\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json"})
    void areRefused(String special) throws Exception {
        if (special.equals("tokenizer.json")) {
            put(special, true);
        } else {
            put("vocab.json", special.equals("vocab.json"));
            put("merges.txt", special.equals("merges.txt"));
            if (special.equals("tokenizer_config.json")) {
                put(special, true);
            }
        }
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            ModelFormatException e = catchThrowableOfType(
                    ModelFormatException.class,
                    () -> ClipTokenizer.load(
                            new TokenizerSpec(TokenizerProfile.HF_FAST, "a test", Optional.of(folder), 77)));
            assertThat(e).hasMessageContaining(special).hasMessageContaining("not a regular file");
            assertThat(e.kind()).isEqualTo(Kind.MISSING);
        });
    }
}
