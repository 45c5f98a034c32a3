package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.Clip;
import dev.clipjet.ClipOptions;
import dev.clipjet.Device;
import dev.clipjet.ImageSource;
import dev.clipjet.Precision;
import dev.clipjet.Scaling;
import dev.clipjet.convert.Conversion;
import dev.clipjet.convert.ConversionOptions;
import dev.clipjet.convert.ModelSource;
import dev.clipjet.convert.TargetFormat;
import dev.clipjet.error.FileChangedException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.Checkpoint;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Weight files that somebody changes at fifty points of loading, embedding and converting: the answer is that of the file as
 * it was opened, or a typed error that names the file, and the process lives.
 */
class ChangedWeightsTest {
    private static final int POINTS = 50;
    private static final int[] IDS = {598, 3, 17, 42, 599};

    /** What happens to the file. */
    enum Change {
        /** To nothing, to a page, to the half. */
        CUT {
            @Override
            void apply(Path file, byte[] content, int point) throws IOException {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(new long[] {0, 4096, content.length / 2}[point % 3]);
                }
            }
        },
        GROW {
            @Override
            void apply(Path file, byte[] content, int point) throws IOException {
                Files.write(file, new byte[100], StandardOpenOption.APPEND);
            }
        },
        REWRITE {
            @Override
            void apply(Path file, byte[] content, int point) throws IOException {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.write(ByteBuffer.wrap(other(content)));
                }
            }
        },
        REPLACE {
            @Override
            void apply(Path file, byte[] content, int point) throws IOException {
                Path fresh = Files.write(file.resolveSibling("fresh"), other(content));
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            }
        };

        abstract void apply(Path file, byte[] content, int point) throws IOException;

        /** The weights of another model of the same shapes: the elements in reverse order. */
        static byte[] other(byte[] content) {
            int header = 8
                    + (int) ByteBuffer.wrap(content)
                            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                            .getLong(0);
            byte[] result = content.clone();
            int words = (content.length - header) / 4;
            for (int i = 0; i < words; i++) {
                System.arraycopy(content, header + 4 * i, result, header + 4 * (words - 1 - i), 4);
            }
            return result;
        }
    }

    /** A model of golden data, and which of its files is changed. */
    private record Source(String name, String file) {
        static final Source F32 = new Source("hf-vit-quickgelu", "model.safetensors");
        static final Source F16 = new Source("hf-sharded-fp16", "model-00003-of-00005.safetensors");
    }

    @TempDir
    Path temp;

    private int copies;

    private Path copy(Source source) throws IOException {
        Path folder = Files.createDirectory(temp.resolve("model" + copies++));
        try (Stream<Path> files = Files.list(Golden.folder().resolve(source.name()))) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                if (!file.getFileName().toString().equals("io.safetensors")) {
                    Path target = folder.resolve(file.getFileName());
                    Files.write(target, Files.readAllBytes(file));
                    Files.setLastModifiedTime(target, FileTime.fromMillis(System.currentTimeMillis() - 60_000));
                }
            }
        }
        return folder;
    }

    private static byte[] weights(Source source) throws IOException {
        return Files.readAllBytes(Golden.folder().resolve(source.name()).resolve(source.file()));
    }

    private static float[][] embed(Path model, Device device) {
        ClipOptions options = ClipOptions.DEFAULT
                .withDevice(device)
                .withPrecision(Precision.FP32)
                .withThreads(1);
        try (Clip clip = Clip.load(model, options)) {
            return new float[][] {
                clip.embedImages(
                                List.of(ImageSource.of(new BufferedImage(40, 50, BufferedImage.TYPE_INT_RGB))),
                                Scaling.RAW)[0],
                clip.embedTokenIds(List.of(IDS), Scaling.RAW)[0]
            };
        }
    }

    static List<Arguments> changesAndDevices() {
        List<Arguments> cases = new ArrayList<>();
        for (Change change : Change.values()) {
            cases.add(Arguments.of(change, Device.CPU));
            cases.add(Arguments.of(change, Device.EMULATED));
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource("changesAndDevices")
    void loading_and_embedding(Change change, Device device) throws Exception {
        Map<Source, List<float[][]>> right = new HashMap<>();
        Map<Source, Long> duration = new HashMap<>();
        for (Source source : List.of(Source.F32, Source.F16)) {
            Path model = copy(source);
            embed(model, device);
            long start = System.nanoTime();
            float[][] answer = embed(model, device);
            duration.put(source, System.nanoTime() - start);
            Files.write(model.resolve(source.file()), Change.other(weights(source)));
            right.put(source, List.of(answer, embed(model, device)));
        }
        // The emulator takes a hundred times as long as the CPU, so its points are spread over the changes.
        int step = device == Device.EMULATED ? Change.values().length : 1;
        int errors = 0;
        for (int point = change.ordinal() % step; point < POINTS; point += step) {
            Source source = point / step % 2 == 0 ? Source.F32 : Source.F16;
            Path model = copy(source);
            Path file = model.resolve(source.file());
            byte[] content = weights(source);
            long delay = duration.get(source) * point / POINTS;
            int at = point;
            Throwable[] failed = new Throwable[1];
            Thread changing = new Thread(() -> {
                try {
                    TimeUnit.NANOSECONDS.sleep(delay);
                    change.apply(file, content, at);
                } catch (IOException | InterruptedException e) {
                    failed[0] = e;
                }
            });
            changing.start();
            try {
                float[][] answer = embed(model, device);
                assertThat(right.get(source))
                        .as("point " + point + " of " + source)
                        .anyMatch(each -> Arrays.deepEquals(each, answer));
            } catch (FileChangedException | ModelFormatException e) {
                errors++;
                assertThat(e).hasMessageContaining(model.toString());
            }
            changing.join();
            assertThat(failed[0]).isNull();
        }
        // The first points lie before the file is opened, where a shorter file cannot be the model.
        if (change == Change.CUT) {
            assertThat(errors).isPositive();
        }
    }

    /** From outside: the weights are cut as soon as the process has them open. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void a_process_whose_weights_are_cut_ends_by_itself(int how) throws Exception {
        Path open = Path.of("/proc/self/fd");
        Assumptions.assumeTrue(Files.exists(open), "only Linux lists open files");
        Path model = copy(Source.F32);
        Path file = model.resolve(Source.F32.file());
        Path log = temp.resolve("log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.clipjet.cli.Main",
                        "embed",
                        "--text",
                        "a cat",
                        "--model",
                        model.toString(),
                        "--device",
                        "cpu",
                        "--json")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            while (process.isAlive() && !hasOpen(process.pid(), file)) {
                Thread.sleep(1);
            }
            Change.CUT.apply(file, weights(Source.F32), how);
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            String output = Files.readString(log);
            assertThat(process.exitValue()).as(output).isIn(0, 1);
            assertThat(output).contains(process.exitValue() == 0 ? "\"vector\"" : file.toString());
            assertThat(output).doesNotContain("\tat ");
        } finally {
            process.destroyForcibly();
        }
    }

    private static boolean hasOpen(long process, Path file) throws IOException {
        try (Stream<Path> entries = Files.list(Path.of("/proc/" + process + "/fd"))) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                try {
                    if (Files.readSymbolicLink(entry).equals(file)) {
                        return true;
                    }
                } catch (NoSuchFileException closedMeanwhile) {
                    continue;
                }
            }
            return false;
        } catch (NoSuchFileException ended) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource
    void converting(Change change) throws IOException {
        for (int point = 0; point < POINTS; point++) {
            Source source = point % 2 == 0 ? Source.F32 : Source.F16;
            Path model = copy(source);
            Path file = model.resolve(source.file());
            byte[] content = weights(source);
            Path target = temp.resolve("converted" + copies);
            int at = point;
            boolean[] changed = new boolean[1];
            double share = (point + 0.5) / POINTS;
            boolean refused = false;
            try (Checkpoint checkpoint = Checkpoint.open(model)) {
                ConversionOptions options = ConversionOptions.of(TargetFormat.OPEN_CLIP, context -> Map.of());
                new Conversion(ModelSource.of(checkpoint), target, options).run((done, total) -> {
                    if (!changed[0] && done >= share * total) {
                        changed[0] = true;
                        try {
                            change.apply(file, content, at);
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    }
                });
            } catch (FileChangedException e) {
                refused = true;
                assertThat(e.file()).isEqualTo(file.toString());
                assertThat(e.expectedBytes()).isEqualTo(content.length);
            }
            assertThat(changed[0]).isTrue();
            assertThat(Files.exists(target)).as("point " + point).isEqualTo(!refused);
            if (!refused) {
                assertSameTensors(Golden.folder().resolve(source.name()), target);
            }
        }
    }

    private static void assertSameTensors(Path expected, Path actual) {
        try (Checkpoint first = Checkpoint.open(expected);
                Checkpoint second = Checkpoint.open(actual)) {
            first.canonicalTensors().forEach(tensor -> {
                ByteBuffer bytes = ByteBuffer.allocate((int) tensor.elements() * 4);
                tensor.segments().forEach(segment -> bytes.put(segment.data()));
                ByteBuffer others = ByteBuffer.allocate((int) tensor.elements() * 4);
                second.tensor(tensor.name()).segments().forEach(segment -> others.put(segment.data()));
                assertThat(others.flip()).as(tensor.name().value()).isEqualTo(bytes.flip());
            });
        }
    }
}
