package dev.clipjet.ptx.speed;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.MmaModel;
import dev.clipjet.ptx.exec.LaunchResult;
import dev.clipjet.ptx.tensor.FastSums;
import java.util.Locale;
import java.util.Random;

/**
 * Measures the products of one image through a ViT-B/32 in fp16: the patch embedding and, for 12 layers, QKV, the attention's output
 * and both of the MLP, 50 rows padded to 64, with all checks and counters. A program, not a test: {@code java -cp ...
 * dev.clipjet.ptx.speed.GemmSequence [layers] [EXACT|A100|H100] [workers]}. Samples of each result are compared with sums in double
 * precision.
 */
public final class GemmSequence {
    private static final int ROWS = 64;
    private static final int WIDTH = 768;
    /** Inner and outer size of the products of a layer. */
    private static final int[][] LAYER = {
        {WIDTH, 3 * WIDTH}, {WIDTH, WIDTH}, {WIDTH, 4 * WIDTH}, {4 * WIDTH, WIDTH},
    };

    private final Random random = new Random(1);
    private final Rig rig;
    private long nanos;
    private long processorNanos;
    private long instructions;
    private long macs;

    private GemmSequence(Rig rig) {
        this.rig = rig;
    }

    /** Runs and prints times. */
    public static void main(String[] arguments) {
        int layers = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 12;
        MmaModel model = arguments.length > 1 ? MmaModel.valueOf(arguments[1]) : MmaModel.EXACT;
        int workers = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 2;
        ExecutionOptions options = ExecutionOptions.standard().withMma(model).withWorkers(workers);
        System.out.println(FastSums.description());
        try (Rig rig = Rig.of("gemm.ptx", options)) {
            GemmSequence sequence = new GemmSequence(rig);
            sequence.product(4 * WIDTH, WIDTH);
            System.out.printf(Locale.ROOT, "patch embedding: %.2f s%n", sequence.nanos * 1e-9);
            for (int layer = 0; layer < layers; layer++) {
                long before = sequence.nanos;
                long processorBefore = sequence.processorNanos;
                for (int[] size : LAYER) {
                    sequence.product(size[0], size[1]);
                }
                System.out.printf(
                        Locale.ROOT,
                        "layer %d: %.2f s, %.2f s of processor time%n",
                        layer,
                        (sequence.nanos - before) * 1e-9,
                        (sequence.processorNanos - processorBefore) * 1e-9);
            }
            double seconds = sequence.processorNanos * 1e-9;
            System.out.printf(
                    Locale.ROOT,
                    "%d layers, %s, %d workers: %.2f s, %.2f s of processor time; %.2f GMAC of 64 rows; by processor"
                            + " time %.2f M mma/s, %.1f M warp instructions/s%n",
                    layers,
                    model,
                    workers,
                    sequence.nanos * 1e-9,
                    seconds,
                    sequence.macs * 1e-9,
                    sequence.macs / 2048 / seconds * 1e-6,
                    sequence.instructions / seconds * 1e-6);
        }
    }

    private void product(int k, int n) {
        short[] a = halves(ROWS * k);
        short[] b = halves(n * k);
        long result = rig.raw(4L * ROWS * n);
        long left = rig.shorts(a);
        long right = rig.shorts(b);
        long start = System.nanoTime();
        long processorStart = ProcessorTime.nanos();
        LaunchResult launch = rig.launch("gemm", Dim3.of(n / 64, 1), Dim3.of(128), ROWS, n, k, left, right, result);
        nanos += System.nanoTime() - start;
        processorNanos += ProcessorTime.nanos() - processorStart;
        instructions += launch.warpInstructions();
        macs += (long) ROWS * n * k;
        check(a, b, k, n, rig.readFloats(result, ROWS * n));
    }

    private void check(short[] a, short[] b, int k, int n, float[] result) {
        for (int sample = 0; sample < 100; sample++) {
            int row = random.nextInt(ROWS);
            int column = random.nextInt(n);
            double sum = 0;
            double size = 0;
            for (int i = 0; i < k; i++) {
                double term = (double) value(a[row * k + i]) * value(b[column * k + i]);
                sum += term;
                size += Math.abs(term);
            }
            // k/16 roundings to 24 bits of partial sums, each smaller than the sum of magnitudes.
            if (!(Math.abs(result[row * n + column] - sum) <= size * k / 16 * 0x1p-23)) {
                throw new IllegalStateException(
                        "wrong product at " + row + ", " + column + ": " + result[row * n + column] + ", not " + sum);
            }
        }
    }

    /** Normal halves of magnitudes between 2^-6 and 2. */
    private short[] halves(int count) {
        short[] values = new short[count];
        for (int i = 0; i < count; i++) {
            int bits = random.nextInt();
            values[i] = (short) (bits & 0x83ff | 9 + (bits >>> 16 & 7) << 10);
        }
        return values;
    }

    private static float value(short half) {
        float magnitude = Math.scalb(1024f + (half & 0x3ff), (half >> 10 & 31) - 25);
        return half < 0 ? -magnitude : magnitude;
    }
}
