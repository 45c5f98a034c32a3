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

    /** Patch rows [images * g * g, D] to token rows [images * (1 + g * g), D], with class token and positions added. */
    void assemble(
            int images,
            FloatMemory patches,
            int patchesOffset,
            float[] classEmbedding,
            float[] positions,
            FloatMemory out,
            int outOffset) {
        int columns = classEmbedding.length;
        int tokens = positions.length / columns;
        FloatBuffer source = patches.floats();
        FloatBuffer target = out.floats();
        pool.run(images, (worker, image) -> {
            float[] row = scratchOf(worker, columns);
            for (int token = 0; token < tokens; token++) {
                if (token == 0) {
                    System.arraycopy(classEmbedding, 0, row, 0, columns);
                } else {
                    int patch = image * (tokens - 1) + token - 1;
                    source.get(patchesOffset + patch * columns, row, 0, columns);
                }
                add(row, positions, token * columns, columns);
                target.put(outOffset + (image * tokens + token) * columns, row, 0, columns);
            }
        });
    }

    /** Token ids to rows [tokens, D], with positions added. */
    void embed(
            SequenceBatch batch, EmbeddingTable table, float[] positions, int columns, FloatMemory out, int outOffset) {
        FloatBuffer target = out.floats();
        float[] row = scratchOf(0, columns);
        for (int sequence = 0; sequence < batch.sequences(); sequence++) {
            int start = batch.starts()[sequence];
            for (int token = start; token < batch.starts()[sequence + 1]; token++) {
                table.row(batch.ids()[token], row);
                add(row, positions, (token - start) * columns, columns);
                target.put(outOffset + token * columns, row, 0, columns);
            }
        }
    }

    /** Mean of the rows of every sequence but the first: token rows [tokens, D] to [sequences, D]. */
    void averagePatches(SequenceBatch batch, int columns, FloatMemory memory, int inOffset, int outOffset) {
        FloatBuffer floats = memory.floats();
        pool.run(batch.sequences(), (worker, sequence) -> {
            float[] both = scratchOf(worker, 2 * columns);
            Arrays.fill(both, 0, columns, 0f);
            int first = batch.starts()[sequence] + 1;
            int end = batch.starts()[sequence + 1];
            for (int token = first; token < end; token++) {
                floats.get(inOffset + token * columns, both, columns, columns);
                add(both, both, columns, columns);
            }
            for (int i = 0; i < columns; i++) {
                both[i] /= end - first;
            }
            floats.put(outOffset + sequence * columns, both, 0, columns);
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
