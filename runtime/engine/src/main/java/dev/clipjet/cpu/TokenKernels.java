package dev.clipjet.cpu;

import dev.clipjet.kernels.cpu.FloatMemory;
import dev.clipjet.kernels.cpu.WorkerPool;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** The first operations of a tower: from pixels or ids to rows of tokens. */
final class TokenKernels {
    private final WorkerPool pool;
    private final float[][] scratch;

    TokenKernels(WorkerPool pool) {
        this.pool = pool;
        scratch = new float[pool.size()][0];
    }

    /** Pixels [images, 3, S, S] to patch rows [images * g * g, 3 * P * P]. */
    void unfold(int images, float[] pixels, int imageSize, int patchSize, FloatMemory out, int outOffset) {
        int grid = imageSize / patchSize;
        int columns = 3 * patchSize * patchSize;
        FloatBuffer target = out.floats();
        pool.run(images * grid, (worker, task) -> {
            int image = task / grid;
            int y = task % grid;
            float[] patch = scratchOf(worker, columns);
            for (int x = 0; x < grid; x++) {
                int filled = 0;
                for (int channel = 0; channel < 3; channel++) {
                    int plane = (image * 3 + channel) * imageSize * imageSize;
                    for (int row = 0; row < patchSize; row++) {
                        int from = plane + (y * patchSize + row) * imageSize + x * patchSize;
                        System.arraycopy(pixels, from, patch, filled, patchSize);
                        filled += patchSize;
                    }
                }
                target.put(outOffset + (task * grid + x) * columns, patch, 0, columns);
            }
        });
    }

    /**
     * Patch rows [images * g * g, D] to token rows [images * tokens, D], with positions added.
     *
     * @param classToken the token before the patches, or null for none
     * @param positions [tokens, D]
     */
    void assemble(
            int images,
            int columns,
            FloatMemory memory,
            int patchesOffset,
            float[] classToken,
            float[] positions,
            int outOffset) {
        int tokens = positions.length / columns;
        int before = classToken == null ? 0 : 1;
        FloatBuffer floats = memory.floats();
        pool.run(images, (worker, image) -> {
            float[] row = scratchOf(worker, columns);
            for (int token = 0; token < tokens; token++) {
                if (token < before) {
                    System.arraycopy(classToken, 0, row, 0, columns);
                } else {
                    int patch = image * (tokens - before) + token - before;
                    floats.get(patchesOffset + patch * columns, row, 0, columns);
                }
                add(row, positions, token * columns, columns);
                floats.put(outOffset + (image * tokens + token) * columns, row, 0, columns);
            }
        });
    }

    /**
     * Rows of feature maps [images * (tokens - 1), D] to token rows [images * tokens, D]: their mean first, with positions added.
     *
     * @param positions [tokens, D]
     */
    void assembleMean(int images, int columns, FloatMemory memory, int inOffset, float[] positions, int outOffset) {
        int tokens = positions.length / columns;
        FloatBuffer floats = memory.floats();
        pool.run(images, (worker, image) -> {
            float[] both = scratchOf(worker, 2 * columns);
            Arrays.fill(both, 0, columns, 0f);
            for (int token = 1; token < tokens; token++) {
                floats.get(inOffset + (image * (tokens - 1) + token - 1) * columns, both, columns, columns);
                for (int i = 0; i < columns; i++) {
                    both[i] += both[columns + i];
                    both[columns + i] += positions[token * columns + i];
                }
                floats.put(outOffset + (image * tokens + token) * columns, both, columns, columns);
            }
            for (int i = 0; i < columns; i++) {
                both[i] = both[i] / (tokens - 1) + positions[i];
            }
            floats.put(outOffset + image * tokens * columns, both, 0, columns);
        });
    }

    /** Token ids to rows [tokens, D], with positions added. */
    void embed(CpuInput input, FloatMemory table, float[] positions, int columns, FloatMemory out, int outOffset) {
        FloatBuffer target = out.floats();
        float[] row = scratchOf(0, columns);
        for (int text = 0; text < input.filled(); text++) {
            int start = input.starts()[text];
            for (int token = start; token < input.starts()[text + 1]; token++) {
                table.floats().get(input.ids()[token] * columns, row, 0, columns);
                add(row, positions, (token - start) * columns, columns);
                target.put(outOffset + token * columns, row, 0, columns);
            }
        }
    }

    /** Mean of the rows of every item from row {@code first} on: [items * rowsPerItem, D] to [items, D]. */
    void average(int items, int rowsPerItem, int first, int columns, FloatMemory memory, int inOffset, int outOffset) {
        FloatBuffer floats = memory.floats();
        pool.run(items, (worker, item) -> {
            float[] both = scratchOf(worker, 2 * columns);
            Arrays.fill(both, 0, columns, 0f);
            int start = item * rowsPerItem + first;
            int end = (item + 1) * rowsPerItem;
            for (int row = start; row < end; row++) {
                floats.get(inOffset + row * columns, both, columns, columns);
                add(both, both, columns, columns);
            }
            for (int i = 0; i < columns; i++) {
                both[i] /= end - start;
            }
            floats.put(outOffset + item * columns, both, 0, columns);
        });
    }

    private static void add(float[] row, float[] values, int from, int columns) {
        for (int i = 0; i < columns; i++) {
            row[i] += values[from + i];
        }
    }

    private float[] scratchOf(int worker, int columns) {
        if (scratch[worker].length < columns) {
            scratch[worker] = new float[columns];
        }
        return scratch[worker];
    }
}
