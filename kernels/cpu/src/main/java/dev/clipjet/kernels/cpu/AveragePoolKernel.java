package dev.clipjet.kernels.cpu;

import java.nio.FloatBuffer;

/** Means over squares of pixels, side by side, of NHWC maps. */
public final class AveragePoolKernel {
    private final WorkerPool pool;
    private final AverageRows[] workers;
    private final WorkerPool.Task task = this::runTask;
    private int height;
    private int width;
    private int channels;
    private int size;
    private FloatMemory in;
    private int inOffset;
    private FloatMemory out;
    private int outOffset;

    public AveragePoolKernel(WorkerPool pool) {
        this.pool = pool;
        workers = new AverageRows[pool.size()];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new AverageRows();
        }
    }

    /**
     * Averages.
     *
     * @param images number of maps
     * @param size side of a square; pixels beyond the last whole square are not used
     * @param in [images, height, width, channels], dense, from {@code inOffset}
     * @param out [images, height / size, width / size, channels], dense, from {@code outOffset}; apart from the input
     */
    public void run(
            int images,
            int height,
            int width,
            int channels,
            int size,
            FloatMemory in,
            int inOffset,
            FloatMemory out,
            int outOffset) {
        this.height = height;
        this.width = width;
        this.channels = channels;
        this.size = size;
        this.in = in;
        this.inOffset = inOffset;
        this.out = out;
        this.outOffset = outOffset;
        pool.run(images * (height / size), task);
    }

    private void runTask(int worker, int index) {
        int squares = height / size;
        int image = index / squares;
        int y = index % squares;
        FloatBuffer source = in.floats();
        workers[worker].run(
                size,
                width,
                channels,
                source,
                inOffset + (image * height + y * size) * width * channels,
                out.floats(),
                outOffset + index * (width / size) * channels);
    }
}
