package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.GpuStream;
import dev.clipjet.kernels.cases.Bounds;
import dev.clipjet.kernels.cases.ConvolutionCase;
import dev.clipjet.kernels.cases.KernelCases;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.emulator.CountingDevice;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.profile.GpuModel;
import dev.clipjet.ptx.profile.LaunchCounts;
import dev.clipjet.ptx.profile.LaunchProfile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What every convolution of a ResNet-50 costs in sectors, wavefronts and predicted time, for 1 and 256 images in fp16, on an H200, an A100
 * and an L4, against the committed counts. One that costs more fails; one that costs less passes. {@code -Dclipjet.counters=update}
 * writes the file anew.
 *
 * <p>None touches more sectors than its bytes fill (fewer where lanes ask for the same pixel), and none meets a bank of shared memory
 * twice. Large grids are counted by a sample of their blocks. The floor is the time of all operands' bytes moved once or of the operations,
 * whichever is longer, by the same rates as the prediction.
 */
class ResNetCountersTest {
    private static final String FILE = "resnet-counters.tsv";
    private static final Path SOURCE = Path.of("src/test/resources/dev/clipjet/kernels/gpu", FILE);
    private static final String TITLE =
            "gpu\timages\tconvolution\tkernel\tblocks\tsectors\tideal\twavefronts\tideal\tus\tfloor us";
    private static final ElementType TYPE = ElementType.F16;
    private static final int SAMPLE_BLOCKS = 4;

    /** More than the sampled blocks reach of a matrix. */
    private static final long REACHED_BYTES = 64 << 20;

    private record Counts(
            String kernel,
            long blocks,
            long sectors,
            long idealSectors,
            long wavefronts,
            long idealWavefronts,
            String microseconds,
            String floor) {
        static Counts of(LaunchCounts counts, double microseconds, double floor) {
            return new Counts(
                    counts.counts().kernel(),
                    counts.counts().blocks(),
                    counts.counts().sectors(),
                    counts.idealSectors(),
                    counts.counts().wavefronts(),
                    counts.idealWavefronts(),
                    String.format(Locale.ROOT, "%.2f", microseconds),
                    String.format(Locale.ROOT, "%.2f", floor));
        }

        String text() {
            return String.join(
                    "\t",
                    kernel,
                    Long.toString(blocks),
                    Long.toString(sectors),
                    Long.toString(idealSectors),
                    Long.toString(wavefronts),
                    Long.toString(idealWavefronts),
                    microseconds,
                    floor);
        }

        static Counts parse(String[] cells, int from) {
            return new Counts(
                    cells[from],
                    Long.parseLong(cells[from + 1]),
                    Long.parseLong(cells[from + 2]),
                    Long.parseLong(cells[from + 3]),
                    Long.parseLong(cells[from + 4]),
                    Long.parseLong(cells[from + 5]),
                    cells[from + 6],
                    cells[from + 7]);
        }

        boolean isWorseThan(Counts before) {
            return sectors > before.sectors
                    || wavefronts > before.wavefronts
                    || Double.parseDouble(microseconds) > Double.parseDouble(before.microseconds);
        }
    }

    @Test
    void noConvolutionCostsMoreThanItDid() throws IOException {
        Map<String, Counts> counted = new LinkedHashMap<>();
        // Counts depend on the launch, not on the GPU.
        Map<String, LaunchCounts> known = new LinkedHashMap<>();
        for (GpuModel gpu : new GpuModel[] {GpuModel.H200, GpuModel.A100, GpuModel.L4}) {
            for (int images : new int[] {1, 256}) {
                count(gpu, images, known, counted);
            }
        }
        if ("update".equals(System.getProperty("clipjet.counters"))) {
            Files.createDirectories(SOURCE.getParent());
            StringBuilder text = new StringBuilder(TITLE).append('\n');
            counted.forEach((key, counts) ->
                    text.append(key).append('\t').append(counts.text()).append('\n'));
            Files.writeString(SOURCE, text);
            return;
        }
        Map<String, Counts> committed = committed();
        assertThat(counted.keySet())
                .as("convolutions; -Dclipjet.counters=update writes them anew")
                .containsExactlyElementsOf(committed.keySet());
        List<String> worse = new ArrayList<>();
        counted.forEach((key, now) -> {
            Counts before = committed.get(key);
            if (now.isWorseThan(before)) {
                worse.add(key + ": " + before + " became " + now);
            }
            assertThat(now.floor()).as("floor of %s", key).isEqualTo(before.floor());
        });
        assertThat(worse).as("convolutions that cost more than committed").isEmpty();
    }

    private static void count(GpuModel gpu, int images, Map<String, LaunchCounts> known, Map<String, Counts> counted) {
        KernelManifest manifest = KernelManifest.shipped();
        try (CountingDevice device = new CountingDevice(EmulatedDevice.of(gpu), SAMPLE_BLOCKS);
                KernelLibrary library = new KernelLibrary(device);
                GpuStream stream = device.createStream()) {
            ConvolutionKernels kernels = new ConvolutionKernels(library, TYPE);
            for (ConvolutionCase convolution : KernelCases.resNet50(images)) {
                ConvolutionPlan plan = kernels.plan(Shapes.of(convolution), Shapes.end(convolution));
                LaunchCounts counts =
                        known.computeIfAbsent(plan.describe(), unused -> run(device, stream, kernels, plan));
                String key = String.join("\t", gpu.name(), Integer.toString(images), convolution.name());
                assertThat((double) counts.counts().sectors())
                        .as("sectors of %s, by %s", key, plan.describe())
                        .isLessThanOrEqualTo(Bounds.SECTORS_OVER_IDEAL * counts.idealSectors());
                assertThat((double) counts.counts().wavefronts())
                        .as("wavefronts of %s, by %s", key, plan.describe())
                        .isLessThanOrEqualTo(Bounds.WAVEFRONTS_OVER_IDEAL * counts.idealWavefronts());
                int registers = registers(manifest, counts.counts().kernel(), gpu);
                double microseconds =
                        LaunchProfile.of(counts.counts(), gpu, registers).microseconds();
                double floor = gpu.floor(convolution.bytes(TYPE), convolution.operations());
                counted.put(key, Counts.of(counts, microseconds, floor));
            }
        }
    }

    /** Runs it, or the sample, on memory that is as large as that reaches. What it computes has no meaning. */
    private static LaunchCounts run(
            CountingDevice device, GpuStream stream, ConvolutionKernels kernels, ConvolutionPlan plan) {
        ConvolutionShape shape = plan.shape();
        long workspaceBytes = plan.workspaceBytes() + Matrix.ALIGNMENT;
        long weightBytes = kernels.layout(shape).bytes(shape.filters(), shape.packedColumns(TYPE), TYPE.bytes());
        try (DeviceMemory in = device.allocate(reached(shape.inRows(), shape.channels()));
                DeviceMemory weight = device.allocate(weightBytes);
                DeviceMemory bias = device.allocate(4L * shape.filters());
                DeviceMemory residual = device.allocate(reached(plan.outRows(), shape.filters()));
                DeviceMemory out = device.allocate(reached(plan.outRows(), shape.filters()));
                DeviceMemory workspace = device.allocate(workspaceBytes)) {
            stream.fill(workspace.address(), (byte) 0, workspaceBytes);
            kernels.record(
                    stream,
                    plan,
                    matrix(in, shape.inRows(), shape.channels()),
                    weight.address(),
                    bias.address(),
                    plan.end().residual() ? matrix(residual, plan.outRows(), shape.filters()) : null,
                    matrix(out, plan.outRows(), shape.filters()),
                    workspace.address());
            stream.synchronize();
            return device.counts();
        }
    }

    private static long reached(int rows, int columns) {
        return Math.min(REACHED_BYTES, (long) rows * columns * TYPE.bytes());
    }

    private static Matrix matrix(DeviceMemory memory, int rows, int columns) {
        return new Matrix(memory.address(), rows, columns, columns);
    }

    /** Registers of a thread, as the assembler counted them for the GPU's architecture. */
    private static int registers(KernelManifest manifest, String entry, GpuModel gpu) {
        String target = "sm_" + gpu.capability();
        boolean known = manifest.entries().stream()
                .anyMatch(each -> each.name().equals(entry) && each.target().equals(target));
        return manifest.registers(entry, known ? target : KernelLibrary.HOPPER_TARGET);
    }

    private static Map<String, Counts> committed() throws IOException {
        Map<String, Counts> counts = new LinkedHashMap<>();
        try (InputStream in = ResNetCountersTest.class.getResourceAsStream(FILE)) {
            assertThat(in).as(FILE).isNotNull();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                String[] cells = line.split("\t", -1);
                if (!line.equals(TITLE)) {
                    counts.put(String.join("\t", cells[0], cells[1], cells[2]), Counts.parse(cells, 3));
                }
            }
        }
        return counts;
    }
}
