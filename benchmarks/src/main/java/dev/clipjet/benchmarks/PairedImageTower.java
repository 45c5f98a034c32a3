package dev.clipjet.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import dev.clipjet.cpu.CpuEngine;
import dev.clipjet.engine.Engine;
import dev.clipjet.weights.Checkpoint;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Clipjet and ONNX Runtime in turn, each on the calling thread alone, by the CPU time of that thread: for machines on which others
 * compute, where wall-clock time says nothing. Contention still costs caches and memory bandwidth, which is why the ratio of each pair
 * is what counts. Arguments: images per call, rounds.
 */
public final class PairedImageTower {
    private static final int WARM_UP = 6;
    private static final double NANOS_PER_MILLI = 1e6;

    private PairedImageTower() {}

    public static void main(String[] arguments) throws Exception {
        int batch = Integer.parseInt(arguments[0]);
        int rounds = Integer.parseInt(arguments[1]);
        try (Checkpoint checkpoint = Checkpoint.open(BenchmarkModel.directory());
                Engine engine = CpuEngine.open(checkpoint, 1);
                OnnxTower peer = new OnnxTower(BenchmarkModel.peer("image.onnx"), 1)) {
            int side = checkpoint.spec().vision().orElseThrow().imageSize();
            float[] pixels = new float[batch * 3 * side * side];
            Random random = new Random(1);
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (float) random.nextGaussian();
            }
            double[] ours = new double[rounds];
            double[] theirs = new double[rounds];
            double[] ratios = new double[rounds];
            try (OnnxTensor tensor = OnnxTensor.createTensor(
                    OrtEnvironment.getEnvironment(), FloatBuffer.wrap(pixels), new long[] {batch, 3, side, side})) {
                ThreadMXBean threads = ManagementFactory.getThreadMXBean();
                for (int i = -WARM_UP; i < rounds; i++) {
                    long start = threads.getCurrentThreadCpuTime();
                    engine.embedImages(pixels, batch);
                    long between = threads.getCurrentThreadCpuTime();
                    peer.run(tensor);
                    long end = threads.getCurrentThreadCpuTime();
                    if (i >= 0) {
                        ours[i] = (between - start) / NANOS_PER_MILLI;
                        theirs[i] = (end - between) / NANOS_PER_MILLI;
                        ratios[i] = theirs[i] / ours[i];
                    }
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "batch %d, %d rounds, CPU ms of one thread: clipjet %s, onnxruntime %s, ratio %s%n",
                    batch,
                    rounds,
                    spread(ours),
                    spread(theirs),
                    spread(ratios));
        }
    }

    /** Median, least and greatest. */
    private static String spread(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return String.format(
                Locale.ROOT, "%.2f (%.2f to %.2f)", sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
    }
}
