package dev.clipjet.convert;

import static dev.clipjet.convert.Models.convert;
import static dev.clipjet.convert.Models.difference;
import static dev.clipjet.convert.Models.golden;
import static dev.clipjet.convert.Models.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.convert.ConversionReport.Leftovers;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.weights.Checkpoint;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingTest {
    /** Six files of weights. */
    private static final long SHARDS = 600_000;

    @TempDir
    Path temp;

    private Path source;
    private Path destination;
    private Path partial;
    private ConversionOptions sharded;

    @BeforeEach
    void paths() {
        source = golden("hf-vit-gelu");
        destination = temp.resolve("out");
        partial = temp.resolve("out.partial");
        sharded = options(TargetFormat.HF).withFileBytes(SHARDS);
    }

    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static ConversionListener stopAt(double share) {
        return (done, total) -> {
            if (done > share * total) {
                throw new Stopped();
            }
        };
    }

    private void stop(ConversionOptions options, double share) {
        assertThatThrownBy(() -> convert(source, destination, options, stopAt(share)))
                .isInstanceOf(Stopped.class);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aFailureBeforeAnyFileIsFinishedLeavesNothing() {
        stop(options(TargetFormat.HF), 0.5);
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void aFailureKeepsFinishedFilesAndTheSameConversionGoesOnWithThem() throws Exception {
        stop(sharded, 0.6);
        assertThat(names(temp)).containsExactly("out.partial");
        assertThat(names(partial.resolve("content"))).hasSizeBetween(2, 4).allMatch(name -> name.startsWith("model-"));
        ConversionReport report = convert(source, destination, sharded);
        assertThat(report.leftovers()).isEqualTo(Leftovers.RESUMED);
        long kept =
                report.files().stream().filter(ConversionReport.Written::kept).count();
        assertThat(kept).isBetween(2L, 4L);
        assertThat(report.tensors())
                .filteredOn(tensor -> tensor.overflowed() == -1)
                .isNotEmpty();
        assertThat(names(temp)).containsExactly("out");
        assertThat(difference(source, destination).isEmpty()).isTrue();
    }

    @Test
    void aSpoiltFileIsWrittenAgain() throws Exception {
        stop(sharded, 0.6);
        Path shard = partial.resolve("content/model-00001-of-00006.safetensors");
        Files.write(shard, new byte[100]);
        Files.write(partial.resolve("content/.clipjet-0123456789abcdef.partial"), new byte[100]);
        ConversionReport report = convert(source, destination, sharded);
        assertThat(report.files())
                .filteredOn(file -> file.name().equals("model-00001-of-00006.safetensors"))
                .singleElement()
                .matches(file -> !file.kept());
        assertThat(names(destination)).noneMatch(name -> name.endsWith(".partial"));
        assertThat(difference(source, destination).isEmpty()).isTrue();
    }

    @Test
    void anotherConversionRemovesWhatIsLeft() throws Exception {
        stop(sharded, 0.6);
        ConversionReport report = convert(source, destination, options(TargetFormat.OPEN_CLIP));
        assertThat(report.leftovers()).isEqualTo(Leftovers.CLEANED);
        assertThat(names(temp)).containsExactly("out");
        assertThat(names(destination)).contains("open_clip_config.json").noneMatch(name -> name.startsWith("model-"));
    }

    @Test
    void aChangedSourceIsAnotherConversion() throws Exception {
        Path copy = Files.createDirectory(temp.resolve("copy"));
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.copy(source.resolve(name), copy.resolve(name));
        }
        source = copy;
        stop(sharded, 0.6);
        Files.writeString(copy.resolve("config.json"), Files.readString(copy.resolve("config.json")) + " ");
        assertThat(convert(copy, destination, sharded).leftovers()).isEqualTo(Leftovers.CLEANED);
    }

    @Test
    void whatIsThereIsNotOverwritten() throws Exception {
        convert(source, destination, options(TargetFormat.HF));
        assertThatThrownBy(() -> convert(source, destination, options(TargetFormat.HF)))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining(destination.toString());
        Path file = Files.writeString(temp.resolve("file.pt"), "mine");
        assertThatThrownBy(() -> convert(golden("openai-vit-jit/model.pt"), file, options(TargetFormat.OPENAI)))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(file).hasContent("mine");
        assertThat(names(temp)).containsExactly("file.pt", "out");
    }

    @Test
    void anEmptyFolderIsFilled() throws Exception {
        Files.createDirectory(destination);
        convert(source, destination, options(TargetFormat.HF));
        assertThat(names(destination)).contains("config.json", "model.safetensors", "tokenizer.json");
    }

    @Test
    void twoConversionsToOneDestinationDoNotMix() throws Exception {
        ConversionListener second =
                (done, total) -> assertThatThrownBy(() -> convert(source, destination, options(TargetFormat.HF)))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("another run");
        convert(source, destination, options(TargetFormat.HF), second);
        assertThat(difference(source, destination).isEmpty()).isTrue();
    }

    @Test
    void aResultThatFailsItsCheckIsDiscarded() throws Exception {
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            Conversion conversion = new Conversion(ModelSource.of(checkpoint), destination, sharded);
            assertThatThrownBy(() -> conversion.run(ConversionListener.NONE, (result, report) -> {
                        assertThat(names(result)).contains("config.json");
                        assertThat(destination).doesNotExist();
                        throw new InvalidInputException("wrong");
                    }))
                    .hasMessage("wrong");
        }
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void theNameOfAFileMustSayWhatItIs() {
        assertThatThrownBy(() -> convert(golden("openai-vit-jit/model.pt"), destination, options(TargetFormat.OPENAI)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("must end in .pt");
    }

    /** Converts as slowly as it is told, in a process that the test kills. */
    static final class SlowConversion {
        public static void main(String[] args) throws IOException {
            ConversionListener slow = (done, total) -> {
                System.out.println(done);
                if (done > 0.6 * total) {
                    sleep();
                }
            };
            convert(Path.of(args[0]), Path.of(args[1]), options(TargetFormat.HF).withFileBytes(SHARDS), slow);
        }

        private static void sleep() {
            try {
                System.out.println("waiting");
                TimeUnit.MINUTES.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void aKilledProcessLeavesNoResultAndItsWorkIsContinued() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        SlowConversion.class.getName(),
                        source.toAbsolutePath().toString(),
                        destination.toString())
                .redirectErrorStream(true)
                .start();
        try (var output = process.inputReader()) {
            assertThat(output.lines().anyMatch(line -> line.equals("waiting")))
                    .as("the process came to its point")
                    .isTrue();
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(destination).doesNotExist();
        ConversionReport report = convert(source, destination, sharded);
        assertThat(report.leftovers()).isEqualTo(Leftovers.RESUMED);
        assertThat(report.files()).anyMatch(ConversionReport.Written::kept);
        assertThat(names(temp)).containsExactly("out");
        assertThat(difference(source, destination).isEmpty()).isTrue();
    }
}
