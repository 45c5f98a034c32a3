package dev.clipjet.kernels.cpu;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Rows of a weight matrix as the panels of a {@link PanelKernel}, one after the other; the last is filled up with zeros.
 * Within a panel the input channels may be in another order than in the matrix.
 */
final class Panels implements PackedWeights {
    private final Object routine;
    private final int firstRow;
    private final int rows;
    private final FloatMemory memory;

    /**
     * Packs.
     *
     * @param width of a panel
     * @param order for every input channel of a panel its column in the matrix, or null for the same order
     */
    Panels(Object routine, WorkerPool pool, WeightMatrix weight, int firstRow, int rows, int width, int[] order) {
        this.routine = routine;
        this.firstRow = firstRow;
        this.rows = rows;
        int count = (rows + width - 1) / width;
        int depth = weight.columns();
        memory = new FloatMemory((long) count * width * depth);
        try {
            FloatBuffer target = memory.floats();
            float[][] plain = new float[pool.size()][width * depth];
            float[][] packed = new float[pool.size()][width * depth];
            pool.run(count, (worker, panel) -> {
                int present = Math.min(width, rows - panel * width);
                weight.read(firstRow + panel * width, present, plain[worker], 0);
                Arrays.fill(packed[worker], 0f);
                for (int j = 0; j < present; j++) {
                    for (int k = 0; k < depth; k++) {
                        packed[worker][k * width + j] = plain[worker][j * depth + (order == null ? k : order[k])];
                    }
                }
                target.put(panel * width * depth, packed[worker]);
            });
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    FloatBuffer floats() {
        return memory.floats();
    }

    @Override
    public boolean areOf(Object otherRoutine, int first, int count) {
        return routine == otherRoutine && first == firstRow && count == rows;
    }

    @Override
    public void close() {
        memory.close();
    }
}
