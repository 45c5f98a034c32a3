package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.exec.LaunchResult;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;

/**
 * A linear layer with its operands, as they are after rounding to the storage type.
 *
 * @param in [m, k]
 * @param weight [n, k]
 * @param bias [n], or null
 * @param residual [m, n], or null
 */
record LinearProblem(
        ElementType type,
        int m,
        int n,
        int k,
        Activation activation,
        float[] in,
        float[] weight,
        float[] bias,
        float[] residual) {
    /** What a run gave. */
    record Outcome(float[] out, LaunchResult launch, LinearPlan plan) {}

    private interface Choice {
        LinearPlan plan(LinearKernels kernels, LinearProblem problem);
    }

    /** Small integers, few of them not zero where k is large, so that every sum is exact in every type. */
    static LinearProblem integers(ElementType type, int m, int n, int k, boolean bias, boolean residual, long seed) {
        Random random = new Random(seed);
        int limit = type == ElementType.BF16 ? 128 : 1024;
        // At most so many products of at most 4 in a row of in: the sum stays below the limit.
        int filled = Math.min(k, (limit - 16) / 4);
        float[] in = new float[m * k];
        for (int row = 0; row < m; row++) {
            for (int i = 0; i < filled; i++) {
                in[row * k + random.nextInt(k)] = random.nextInt(5) - 2;
            }
            // The last column counts in every row.
            in[row * k + k - 1] = 1 + random.nextInt(2);
        }
        return new LinearProblem(
                type,
                m,
                n,
                k,
                Activation.NONE,
                in,
                fill(n * k, () -> random.nextInt(5) - 2),
                bias ? fill(n, () -> random.nextInt(9) - 4) : null,
                residual ? fill(m * n, () -> random.nextInt(9) - 4) : null);
    }

    /** Gaussian activations, weights scaled so that outputs are of order 1. */
    static LinearProblem random(
            ElementType type, int m, int n, int k, Activation activation, boolean bias, boolean residual, long seed) {
        Random random = new Random(seed);
        double scale = 1.5 / Math.sqrt(k);
        return new LinearProblem(
                type,
                m,
                n,
                k,
                activation,
                StoredValues.rounded(type, fill(m * k, () -> (float) random.nextGaussian())),
                StoredValues.rounded(type, fill(n * k, () -> (float) (random.nextGaussian() * scale))),
                bias ? fill(n, () -> (float) random.nextGaussian()) : null,
                residual ? StoredValues.rounded(type, fill(m * n, () -> (float) random.nextGaussian())) : null);
    }

    private interface Values {
        float next();
    }

    private static float[] fill(int count, Values values) {
        float[] result = new float[count];
        for (int i = 0; i < count; i++) {
            result[i] = values.next();
        }
        return result;
    }

    /** In fp64. */
    double[] reference() {
        double[] out = new double[m * n];
        for (int row = 0; row < m; row++) {
            for (int column = 0; column < n; column++) {
                double sum = 0;
                for (int i = 0; i < k; i++) {
                    sum += (double) in[row * k + i] * weight[column * k + i];
                }
                sum += bias == null ? 0 : bias[column];
                int at = row * n + column;
                out[at] = References.activate(activation, sum) + (residual == null ? 0 : residual[at]);
            }
        }
        return out;
    }

    /** The plain computation: float32 sums in order, everything else in float32, one rounding at the end. */
    float[] plain() {
        float[] out = new float[m * n];
        for (int row = 0; row < m; row++) {
            for (int column = 0; column < n; column++) {
                float sum = 0;
                for (int i = 0; i < k; i++) {
                    sum += in[row * k + i] * weight[column * k + i];
                }
                sum += bias == null ? 0 : bias[column];
                int at = row * n + column;
                float activated = References.activate(activation, sum);
                out[at] = StoredValues.rounded(type, activated + (residual == null ? 0 : residual[at]));
            }
        }
        return out;
    }

    /** Runs it as planned. */
    Outcome run(KernelRig rig) {
        return run(rig, (kernels, p) -> kernels.plan(m, n, k, activation, residual != null));
    }

    /** Runs it by a kernel. */
    Outcome run(KernelRig rig, LinearVariant variant, int splits) {
        return run(rig, (kernels, p) -> kernels.plan(m, n, k, activation, residual != null, variant, splits));
    }

    /**
     * Runs it on memory without values: rows of the activations are padded by columns nobody has written, the output is written by
     * the kernel alone, and ends with its last row.
     */
    private Outcome run(KernelRig rig, Choice choice) {
        LinearKernels kernels = new LinearKernels(rig.library(), type);
        LinearPlan plan = choice.plan(kernels, this);
        Matrix input = input(rig);
        Matrix output = matrix(rig, m, n, residual);
        long workspace = plan.workspaceBytes() == 0 ? 0 : rig.raw(plan.workspaceBytes());
        int counters = 4 * GemmVariant.COUNTERS;
        if (workspace != 0) {
            rig.stream().fill(workspace, (byte) 0, counters);
        }
        kernels.record(
                rig.stream(),
                plan,
                input,
                rig.bytes(packed(kernels.layout(n, k))),
                bias == null ? 0 : rig.values(ElementType.F32, bias),
                output,
                workspace);
        rig.stream().synchronize();
        if (workspace != 0) {
            ByteBuffer left = rig.read(workspace, counters);
            while (left.hasRemaining()) {
                if (left.get() != 0) {
                    throw new AssertionError("a counter is not zero afterwards: " + plan.describe());
                }
            }
        }
        float[] out = new float[m * n];
        for (int row = 0; row < m; row++) {
            long at = output.address() + (long) row * output.stride() * type.bytes();
            System.arraycopy(rig.read(type, at, n), 0, out, row * n, n);
        }
        List<LaunchResult> launches = rig.launches();
        return new Outcome(out, launches.get(launches.size() - 1), plan);
    }

    /** The activations on the device. */
    Matrix input(KernelRig rig) {
        return matrix(rig, m, k, in);
    }

    /** The weight in the order of a layout. */
    ByteBuffer packed(TileLayout layout) {
        int bytes = type.bytes();
        ByteBuffer packed =
                ByteBuffer.allocate(Math.toIntExact(layout.bytes(n, k, bytes))).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer values = StoredValues.encode(type, weight);
        for (int row = 0; row < n; row++) {
            for (int column = 0; column < k; column++) {
                packed.put(
                        Math.toIntExact(layout.offset(row, column, k, bytes)),
                        values.slice((row * k + column) * bytes, bytes),
                        0,
                        bytes);
            }
        }
        return packed;
    }

    /** Rows that begin at multiples of 16 bytes, 32 where that costs one chunk; values in their columns, nothing between. */
    private Matrix matrix(KernelRig rig, int rows, int columns, float[] values) {
        int unit = 32 / type.bytes();
        int stride = (columns + unit - 1) / unit * unit;
        Matrix matrix = new Matrix(rig.raw((long) rows * stride * type.bytes()), rows, columns, stride);
        for (int row = 0; row < rows && values != null; row++) {
            float[] one = new float[columns];
            System.arraycopy(values, row * columns, one, 0, columns);
            rig.stream()
                    .copyToDevice(
                            matrix.address() + (long) row * stride * type.bytes(), StoredValues.encode(type, one));
        }
        return matrix;
    }
}
