package dev.clipjet.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.CanonicalTensor;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.upload.RowSource;
import dev.clipjet.weights.upload.UploadListener;
import dev.clipjet.weights.upload.UploadRequest;
import dev.clipjet.weights.upload.UploadedWeights;
import dev.clipjet.weights.upload.WeightUploader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Time and peak memory of a process that loads a model: {@code LoadModel MODE FILE}. Modes: {@code read} reads the file from beginning to
 * end through a buffer of 1 MiB, {@code open} opens the checkpoint, {@code upload} opens it and uploads every tensor as F16 into host
 * memory that plays the device. Times exclude the start of the JVM, but not the loading of classes; memory is what Linux says.
 */
public final class LoadModel {
    private static final int READ_BYTES = 1 << 20;

    private LoadModel() {}

    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[1]);
        long deviceBytes = args[0].equals("upload") ? Files.size(file) / 2 + (1 << 20) : 0;
        HostMemoryDevice device = new HostMemoryDevice((int) deviceBytes);
        OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpu = process.getProcessCpuTime();
        long start = System.nanoTime();
        switch (args[0]) {
            case "read" -> read(file);
            case "open" -> Checkpoint.open(file).close();
            case "upload" -> upload(file, device);
            default -> throw new IllegalArgumentException("mode " + args[0] + "; known are read, open and upload");
        }
        double seconds = (System.nanoTime() - start) * 1e-9;
        System.out.printf(
                "%-6s %.3f s (processor %.2f s), %.2f GB/s, device memory %d MB; %s%n",
                args[0],
                seconds,
                (process.getProcessCpuTime() - cpu) * 1e-9,
                Files.size(file) / seconds * 1e-9,
                deviceBytes / 1_000_000,
                memory());
    }

    private static void read(Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(buffer) >= 0) {
                buffer.clear();
            }
        }
    }

    private static void upload(Path file, HostMemoryDevice device) {
        try (Checkpoint checkpoint = Checkpoint.open(file);
                WeightUploader uploader = new WeightUploader(device, device, UploadListener.NONE)) {
            List<UploadRequest> requests = new ArrayList<>();
            for (CanonicalTensor tensor : checkpoint.canonicalTensors()) {
                requests.add(new UploadRequest(tensor.name().value(), RowSource.of(tensor), ElementType.F16));
            }
            try (UploadedWeights weights = uploader.upload(requests)) {
                System.out.printf(
                        "%d tensors, %d MB, overflows %s; ",
                        requests.size(), weights.bytes() / 1_000_000, weights.overflows());
            }
        }
    }

    private static String memory() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.matches("(VmHWM|RssAnon|RssFile):.*")) {
                lines.append(line.replaceAll("\\s+", " ")).append("  ");
            }
        }
        return lines.toString().strip();
    }
}
