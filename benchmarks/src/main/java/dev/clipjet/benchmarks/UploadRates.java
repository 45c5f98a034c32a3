package dev.clipjet.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.FloatConversion;
import dev.clipjet.weights.StoredTensor;
import dev.clipjet.weights.file.ByteRange;
import dev.clipjet.weights.file.WeightFile;
import dev.clipjet.weights.upload.Conversions;
import dev.clipjet.weights.upload.RowMajor;
import dev.clipjet.weights.upload.RowSource;
import dev.clipjet.weights.upload.TileOrder;
import dev.clipjet.weights.upload.TiledLayout;
import dev.clipjet.weights.upload.UploadListener;
import dev.clipjet.weights.upload.UploadRequest;
import dev.clipjet.weights.upload.WeightLayout;
import dev.clipjet.weights.upload.WeightUploader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * How fast weights go from a file (warm in the page cache) into host memory that plays the device, beside memcpy of the same
 * bytes out of a mapping of the file: {@code UploadRates [BUFFER_BYTES [ROUNDS]]}. All rates are in bytes of the file.
 *
 * <p>By the clock, memcpy and upload are measured in turn; printed are medians. By processor time, which stands up to other load on
 * the machine, memcpy is compared with reading, converting and packing alone: with a GPU, the copy out of the pinned buffer is the work of
 * its copy engine.
 */
public final class UploadRates {
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final int ROWS = 3072;
    private static final int COLUMNS = 768;
    private static final int MATRICES = 28;

    private record Case(String name, ElementType source, ElementType target, WeightLayout layout) {}

    private UploadRates() {}

    public static void main(String[] args) throws IOException {
        int bufferBytes = args.length > 0 ? Integer.parseInt(args[0]) : WeightUploader.BUFFER_BYTES;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 15;
        WeightLayout tiles = new TiledLayout(64, 64, TileOrder.xor(8, 8, 1));
        List<Case> cases = List.of(
                new Case("F32 -> F16, row-major", ElementType.F32, ElementType.F16, RowMajor.PLAIN),
                new Case("F32 -> F16, tiles", ElementType.F32, ElementType.F16, tiles),
                new Case("F32 -> BF16, row-major", ElementType.F32, ElementType.BF16, RowMajor.PLAIN),
                new Case("F32 -> BF16, tiles", ElementType.F32, ElementType.BF16, tiles),
                new Case("F16 -> F16, row-major", ElementType.F16, ElementType.F16, RowMajor.PLAIN),
                new Case("F16 -> F16, tiles", ElementType.F16, ElementType.F16, tiles),
                new Case("F16 -> F32, row-major", ElementType.F16, ElementType.F32, RowMajor.PLAIN),
                new Case("BF16 -> F16, row-major", ElementType.BF16, ElementType.F16, RowMajor.PLAIN),
                new Case("F32 -> F32, row-major", ElementType.F32, ElementType.F32, RowMajor.PLAIN));
        HostMemoryDevice device = new HostMemoryDevice(MATRICES * ROWS * COLUMNS * Float.BYTES);
        System.out.println("conversion: vectors " + System.getProperty(Conversions.PROPERTY, "auto") + ", buffers of "
                + bufferBytes + " bytes");
        for (Case each : cases) {
            measure(each, device, bufferBytes, rounds);
        }
    }

    private static void measure(Case each, HostMemoryDevice device, int bufferBytes, int rounds) throws IOException {
        Path file = Files.createTempFile("clipjet-weights-upload", ".raw");
        try {
            ByteBuffer mapped = write(file, each.source());
            double[] copy = new double[rounds];
            double[] upload = new double[rounds];
            double[] ratios = new double[rounds];
            long copyCpu = 0;
            long packCpu = 0;
            try (WeightFile weights = WeightFile.open(file);
                    WeightUploader uploader = new WeightUploader(device, device, UploadListener.NONE, bufferBytes)) {
                List<UploadRequest> requests = requests(each, weights);
                for (int round = -5; round < rounds; round++) {
                    long cpu = PROCESS.getProcessCpuTime();
                    long start = System.nanoTime();
                    device.memory().put(0, mapped, 0, mapped.limit());
                    long copied = System.nanoTime();
                    long cpuCopied = PROCESS.getProcessCpuTime();
                    uploader.upload(requests).close();
                    long uploaded = System.nanoTime();
                    long cpuUploaded = PROCESS.getProcessCpuTime();
                    device.copies(false);
                    uploader.upload(requests).close();
                    device.copies(true);
                    if (round >= 0) {
                        copy[round] = mapped.limit() / (double) (copied - start);
                        upload[round] = mapped.limit() / (double) (uploaded - copied);
                        ratios[round] = upload[round] / copy[round];
                        copyCpu += cpuCopied - cpu;
                        packCpu += PROCESS.getProcessCpuTime() - cpuUploaded;
                    }
                }
            }
            double all = (double) rounds * mapped.limit();
            System.out.printf(
                    "%-22s clock: memcpy %5.2f GB/s, upload %5.2f, fraction %.2f; processor: memcpy %5.2f, packing %5.2f, fraction %.2f%n",
                    each.name(),
                    median(copy),
                    median(upload),
                    median(ratios),
                    all / copyCpu,
                    all / packCpu,
                    (double) copyCpu / packCpu);
        } finally {
            Files.delete(file);
        }
    }

    private static ByteBuffer write(Path file, ElementType dtype) throws IOException {
        long bytes = (long) MATRICES * ROWS * COLUMNS * dtype.bytes();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            ByteBuffer block =
                    ByteBuffer.allocate(ROWS * COLUMNS * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            Random random = new Random(1);
            while (block.hasRemaining()) {
                float value = (float) (0.02 * random.nextGaussian());
                switch (dtype) {
                    case F32 -> block.putFloat(value);
                    case F16 -> block.putShort(FloatConversion.toHalf(value));
                    default -> block.putShort(FloatConversion.toBfloat16(value));
                }
            }
            for (int i = 0; i < MATRICES; i++) {
                block.rewind();
                while (block.hasRemaining()) {
                    channel.write(block);
                }
            }
            return channel.map(MapMode.READ_ONLY, 0, bytes);
        }
    }

    private static List<UploadRequest> requests(Case each, WeightFile file) {
        List<UploadRequest> requests = new ArrayList<>();
        int bytes = ROWS * COLUMNS * each.source().bytes();
        for (int i = 0; i < MATRICES; i++) {
            StoredTensor tensor = new StoredTensor(
                    "w" + i,
                    each.source(),
                    List.of((long) ROWS, (long) COLUMNS),
                    new ByteRange(file, (long) i * bytes, bytes));
            requests.add(new UploadRequest("w" + i, RowSource.of(tensor), each.target(), each.layout()));
        }
        return requests;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
