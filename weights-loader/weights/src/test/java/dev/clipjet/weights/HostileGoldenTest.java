package dev.clipjet.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.ThreadMXBean;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import dev.clipjet.weights.torch.TorchCheckpoint;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every hostile weight file and configuration is refused with the right kind and within a second; controls load. */
class HostileGoldenTest {
    /** What the message must say, by file. */
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("config-heads-do-not-divide.json", "model_cfg.text_cfg.heads: is 7"),
            Map.entry("config-hf-wrong-types.json", "projection_dim: is \"sixty-four\", expected an integer"),
            Map.entry("config-huge.json", "is 2147483648, expected an integer from 1 to"),
            Map.entry("config-missing-vision.json", "model_cfg.vision_cfg: is missing"),
            Map.entry("config-nested.json", "nesting depth"),
            Map.entry("config-not-json.json", "line 1, column 32"),
            Map.entry("config-unknown-feature.json", "qk_norm"),
            Map.entry("config-wrong-types.json", "width: is \"64\", expected an integer"),
            Map.entry("pt-build-on-dict.pt", "other than _metadata"),
            Map.entry("pt-deep-nesting.pt", "nested tuples"),
            Map.entry("pt-deflate-bomb.pt", "archive/data/0: is compressed"),
            Map.entry("pt-doubling-tuples.pt", "tensor \"w\": is a tuple"),
            Map.entry("pt-eval.pt", "archive/data.pkl byte 10: asks for the Python name builtins.eval,"),
            Map.entry("pt-getattr-chain.pt", "builtins.getattr,"),
            Map.entry("pt-legacy-count.pt", "byte 290: the storage \"0\" announces 1152921504606846976 elements"),
            Map.entry("pt-legacy-negative.pt", "byte 290: the storage \"0\" announces -4 elements"),
            Map.entry("pt-long-huge.pt", "more than 64 bits"),
            Map.entry("pt-long4-truncated.pt", "announces 2147483647 bytes, 2 are left"),
            Map.entry("pt-memo-growth.pt", "memo index"),
            Map.entry("pt-missing-storage.pt", "archive/data/9 is not in the archive"),
            Map.entry("pt-no-stop.pt", "ends before STOP"),
            Map.entry("pt-not-a-checkpoint.pt", "neither a zip archive nor a pickle"),
            Map.entry("pt-offset-overrun.pt", "at offset 1 reaches outside its storage of 4"),
            Map.entry("pt-os-system.pt", "posix.system,"),
            Map.entry("pt-overlapping-entries.pt", "archive/data/1: the local header at 314 has another name"),
            Map.entry("pt-path-traversal.pt", "\"../../outside\" is no path"),
            Map.entry("pt-persid-garbage.pt", "a persistent id is not"),
            Map.entry("pt-persid-path.pt", "the storage key \"../version\""),
            Map.entry("pt-shape-product-overflow.pt", "takes more bytes than the 513 of the file"),
            Map.entry("pt-stack-global.pt", "posix.system,"),
            Map.entry("pt-stack-underflow.pt", "stack underflow"),
            Map.entry("pt-storage-too-small.pt", "1048576 elements of F32, and has 16 bytes"),
            Map.entry("pt-stride-negative.pt", "stride of a tensor is -1"),
            Map.entry("pt-stride-overrun.pt", "with strides [3, 1]"),
            Map.entry("pt-torch-hub.pt", "torch.hub.load_state_dict_from_url,"),
            Map.entry("pt-truncated-zip.pt", "directory at its end is missing"),
            Map.entry("pt-two-data-pkl.pt", "other/data.pkl: is a second data.pkl"),
            Map.entry("pt-zip64-lie.pt", "directory of 4611686018427387904 bytes"),
            Map.entry("st-deep-json.safetensors", "maps strings to strings"),
            Map.entry("st-duplicate-key.safetensors", "tensor \"a\": the name occurs twice"),
            Map.entry("st-header-huge.safetensors", "1099511627776"),
            Map.entry("st-header-negative.safetensors", "18446744073709551608"),
            Map.entry("st-header-past-end.safetensors", "4096 bytes, 72 are there"),
            Map.entry("st-hole.safetensors", "tensor \"b\": data begins at 20, after 16"),
            Map.entry("st-negative-shape.safetensors", "-2, out of range"),
            Map.entry("st-not-utf8.safetensors", "byte 10: the header is not valid UTF-8"),
            Map.entry("st-offset-past-end.safetensors", "[0, 4194304] reach past the 16 bytes"),
            Map.entry("st-offset-reversed.safetensors", "[16, 0]"),
            Map.entry("st-overlap.safetensors", "tensor \"b\": data begins at 8, before 16"),
            Map.entry("st-seven-bytes.safetensors", "has 7 bytes"),
            Map.entry("st-shape-float.safetensors", "whole numbers"),
            Map.entry("st-shape-overflow.safetensors", "overflows"),
            Map.entry("st-size-mismatch.safetensors", "F16 [4] takes 8 bytes"),
            Map.entry("st-trailing.safetensors", "byte 80: the last tensor ends here"),
            Map.entry("st-truncated.safetensors", "tensor \"b\": data_offsets [16, 40] reach past the 35 bytes"),
            Map.entry("st-unknown-dtype.safetensors", "\"F12\""));

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long BYTES_PER_FILE = 256 << 10;
    private static final long BYTES_PER_BYTE = 32;

    @TempDir
    Path temp;

    @TestFactory
    Stream<DynamicTest> safetensors() throws IOException {
        return cases("st-").stream()
                .map(entry -> DynamicTest.dynamicTest(name(entry), () -> {
                    Path file = Golden.folder().resolve("hostile").resolve(name(entry));
                    Throwable thrown = bounded(
                            file,
                            () -> catchThrowable(
                                    () -> SafetensorsFile.open(file).close()));
                    check(entry, file, thrown);
                }));
    }

    @TestFactory
    Stream<DynamicTest> torch() throws IOException {
        return cases("pt-").stream()
                .map(entry -> DynamicTest.dynamicTest(name(entry), () -> {
                    Path file = Golden.folder().resolve("hostile").resolve(name(entry));
                    Throwable thrown = assertTimeout(
                            Duration.ofSeconds(1),
                            () -> bounded(
                                    file,
                                    () -> catchThrowable(
                                            () -> TorchCheckpoint.open(file).close())));
                    check(entry, file, thrown);
                }));
    }

    @TestFactory
    Stream<DynamicTest> configurations() throws IOException {
        return cases("config-").stream()
                .map(entry -> DynamicTest.dynamicTest(name(entry), () -> {
                    Path hostile = Golden.folder().resolve("hostile");
                    String readAs = entry.get("read_as").textValue();
                    Path directory = Files.createDirectory(temp.resolve(name(entry)));
                    Path config = directory.resolve(readAs);
                    Files.copy(hostile.resolve(name(entry)), config);
                    boolean openClip = readAs.startsWith("open_clip");
                    Path weights = openClip
                            ? Path.of("openclip-vit-gelu/open_clip_model.safetensors")
                            : Path.of("hf-vit-quickgelu/model.safetensors");
                    Files.copy(Golden.folder().resolve(weights), directory.resolve(weights.getFileName()));
                    Throwable thrown =
                            catchThrowable(() -> Checkpoint.open(directory).close());
                    check(entry, config, thrown);
                }));
    }

    /** Runs a reader, which may allocate what it always does and a small multiple of the file's size. */
    private static Throwable bounded(Path file, Supplier<Throwable> reader) {
        Throwable thrown = reader.get();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        // Classes are loaded now.
        Throwable again = reader.get();
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                .isLessThan(BYTES_PER_FILE + BYTES_PER_BYTE * file.toFile().length());
        assertThat(again == null).isEqualTo(thrown == null);
        return thrown;
    }

    private static void check(JsonNode entry, Path file, Throwable thrown) {
        List<String> right = new ArrayList<>(List.of(entry.get("expected").textValue()));
        entry.path("also").forEach(kind -> right.add(kind.textValue()));
        if (right.get(0).equals("ok")) {
            assertThat(thrown).isNull();
            return;
        }
        assertThat(thrown).isInstanceOf(ModelFormatException.class);
        ModelFormatException error = (ModelFormatException) thrown;
        assertThat(error.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .as(error.getMessage())
                .isIn(right);
        assertThat(error).hasMessageContaining(WORDS.get(name(entry)));
        assertThat(error.file()).isEqualTo(file.toString());
        assertThat(error.place()).as(error.getMessage()).isNotEmpty();
    }

    private static List<JsonNode> cases(String prefix) throws IOException {
        List<JsonNode> cases = new ArrayList<>();
        JsonNode index = Golden.json(Golden.folder().resolve("hostile/index.json"));
        index.forEach(entry -> {
            if (name(entry).startsWith(prefix)) {
                cases.add(entry);
            }
        });
        assertThat(cases).hasSizeGreaterThanOrEqualTo(8);
        return cases;
    }

    private static String name(JsonNode entry) {
        return entry.get("file").textValue();
    }
}
