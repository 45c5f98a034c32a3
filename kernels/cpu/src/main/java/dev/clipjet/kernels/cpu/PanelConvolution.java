package dev.clipjet.kernels.cpu;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * {@link ConvolutionRoutine} in Java: where oneDNN does not load, and what it is checked against. An implicit matrix
 * product: for every row of the filter, the pixels that it covers at one position lie side by side in the padded input row,
 * so that an output row is a few products of that row with a part of the panel, at a distance of {@code stride} pixels.
 */
final class PanelConvolution implements ConvolutionRoutine {
    /** Input values that are worked on at a time: panel and inputs then stay in the first-level cache. */
    private static final int PANEL_DEPTH = 256;

    /** Floats of the padded input rows that a worker holds, unless a single output row needs more. */
    private static final int MAX_INPUT = 1 << 18;

    private final WorkerPool pool;
    private final RowMath math = Simd.rowMath();
    private final PanelKernel kernel;
    private final Own[] workers;
    private final WorkerPool.Task task = this::runTask;

    // The call in progress.
    private ConvolutionCall call;
    private FloatBuffer packed;
    private int bandRows;
    private int bands;

    /** Memory of one worker, grown on demand. */
    private static final class Own {
        private float[] input = new float[0];
        private float[] output = new float[0];
        private float[] pooled = new float[0];
        private float[] residual = new float[0];
        private float[] panel = new float[0];
        private float[] activation = new float[0];
    }

    PanelConvolution(WorkerPool pool, PanelKernel kernel) {
        this.pool = pool;
        this.kernel = kernel;
        workers = new Own[pool.size()];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Own();
        }
    }

    @Override
    public void run(ConvolutionCall newCall) {
        call = newCall;
        ConvolutionShape shape = call.shape;
        Panels panels = (Panels) call.weight.packed(this, 0, shape.outChannels());
        if (panels == null) {
            panels = new Panels(
                    this, pool, call.weight, 0, shape.outChannels(), width(), shape.depthwise() ? null : order());
            call.weight.keep(panels);
        }
        packed = panels.floats();
        int rowsThatFit = (MAX_INPUT / paddedRow() - shape.kernelHeight()) / shape.stride() + 1;
        bandRows = Bands.rows(call, pool.size(), Math.max(call.pool, rowsThatFit));
        bands = (call.pooledHeight() * call.pool + bandRows - 1) / bandRows;
        pool.run(call.images * bands, task);
    }

    /** Columns of a panel: depthwise filters have one panel of all channels. */
    private int width() {
        return call.shape.depthwise() ? call.shape.outChannels() : kernel.width();
    }

    /** Columns of the weight [channel, y, x] in the order y, x, channel. */
    private int[] order() {
        ConvolutionShape shape = call.shape;
        int area = shape.kernelHeight() * shape.kernelWidth();
        int[] order = new int[shape.inChannels() * area];
        for (int position = 0; position < area; position++) {
            for (int channel = 0; channel < shape.inChannels(); channel++) {
                order[position * shape.inChannels() + channel] = channel * area + position;
            }
        }
        return order;
    }

    private int paddedRow() {
        return (call.shape.width() + 2 * call.shape.padding()) * call.shape.inChannels();
    }

    private void runTask(int worker, int index) {
        ConvolutionShape shape = call.shape;
        Own own = workers[worker];
        int image = index / bands;
        int first = index % bands * bandRows;
        int rows = Math.min(bandRows, call.pooledHeight() * call.pool - first);
        loadInput(
                own,
                image,
                first * shape.stride() - shape.padding(),
                (rows - 1) * shape.stride() + shape.kernelHeight());
        int unit = kernel.width();
        int columns = shape.outChannels();
        int padded = shape.depthwise() ? columns : (columns + unit - 1) / unit * unit;
        int rowFloats = shape.outWidth() * columns;
        own.output = atLeast(own.output, shape.outWidth() * padded);
        own.panel = atLeast(own.panel, Math.max(PANEL_DEPTH * unit, shape.depthwise() ? packed.capacity() : 0));
        own.activation = atLeast(own.activation, columns);
        own.residual = atLeast(own.residual, columns);
        own.pooled = atLeast(own.pooled, call.pooledWidth() * columns);
        for (int y = 0; y < rows; y++) {
            int outRow = image * shape.outHeight() + first + y;
            for (int x = 0; x < shape.outWidth(); x++) {
                startPixel(own, x * padded, outRow * rowFloats + x * columns, padded);
            }
            if (shape.depthwise()) {
                depthwiseRow(own, y);
            } else {
                for (int column = 0; column < padded; column += unit) {
                    panelOfRow(own, y, column, padded);
                }
            }
            for (int x = 0; x < shape.outWidth(); x++) {
                math.activate(call.activation, own.output, x * padded, columns, own.activation);
            }
            if (call.pool == 1) {
                for (int x = 0; x < shape.outWidth(); x++) {
                    call.out
                            .floats()
                            .put(call.outOffset + outRow * rowFloats + x * columns, own.output, x * padded, columns);
                }
            } else {
                pool(own, image, first + y, padded);
            }
        }
    }

    /** Rows of the image from {@code first} on, which may lie outside, with zeros around. */
    private void loadInput(Own own, int image, int first, int rows) {
        ConvolutionShape shape = call.shape;
        int padded = paddedRow();
        int border = shape.padding() * shape.inChannels();
        int length = shape.width() * shape.inChannels();
        own.input = atLeast(own.input, rows * padded);
        for (int i = 0; i < rows; i++) {
            int y = first + i;
            int at = i * padded;
            if (y < 0 || y >= shape.height()) {
                Arrays.fill(own.input, at, at + padded, 0f);
                continue;
            }
            Arrays.fill(own.input, at, at + border, 0f);
            Arrays.fill(own.input, at + padded - border, at + padded, 0f);
            if (call.planes != null) {
                Planes.interleave(call.planes, shape, image, y, own.input, at + border);
            } else {
                call.in
                        .floats()
                        .get(call.inOffset + (image * shape.height() + y) * length, own.input, at + border, length);
            }
        }
    }

    /** What a pixel's products are added to: bias, residual, both, or zero. */
    private void startPixel(Own own, int at, int place, int padded) {
        int columns = call.shape.outChannels();
        if (call.bias != null) {
            System.arraycopy(call.bias, 0, own.output, at, columns);
        } else {
            Arrays.fill(own.output, at, at + columns, 0f);
        }
        Arrays.fill(own.output, at + columns, at + padded, 0f);
        if (call.residual != null) {
            call.residual.floats().get(call.residualOffset + place, own.residual, 0, columns);
            for (int i = 0; i < columns; i++) {
                own.output[at + i] += own.residual[i];
            }
        }
    }

    private void panelOfRow(Own own, int y, int column, int padded) {
        ConvolutionShape shape = call.shape;
        int unit = kernel.width();
        int run = shape.kernelWidth() * shape.inChannels();
        for (int i = 0; i < shape.kernelHeight(); i++) {
            int row = (y * shape.stride() + i) * paddedRow();
            for (int k = 0; k < run; k += PANEL_DEPTH) {
                int depth = Math.min(PANEL_DEPTH, run - k);
                packed.get(column * shape.filterSize() + (i * run + k) * unit, own.panel, 0, depth * unit);
                kernel.multiplyAdd(
                        own.input,
                        row + k,
                        shape.stride() * shape.inChannels(),
                        shape.outWidth(),
                        own.panel,
                        depth,
                        own.output,
                        column,
                        padded);
            }
        }
    }

    private void depthwiseRow(Own own, int y) {
        ConvolutionShape shape = call.shape;
        int channels = shape.inChannels();
        packed.get(0, own.panel, 0, shape.filterSize() * channels);
        for (int x = 0; x < shape.outWidth(); x++) {
            for (int i = 0; i < shape.kernelHeight(); i++) {
                int from = (y * shape.stride() + i) * paddedRow() + x * shape.stride() * channels;
                for (int j = 0; j < shape.kernelWidth(); j++) {
                    int filter = (i * shape.kernelWidth() + j) * channels;
                    math.multiplyAdd(
                            own.panel, filter, own.input, from + j * channels, own.output, x * channels, channels);
                }
            }
        }
    }

    /** Adds a row of outputs to the row of squares that it belongs to, and stores that after its last. */
    private void pool(Own own, int image, int y, int padded) {
        int columns = call.shape.outChannels();
        int squares = call.pooledWidth();
        float scale = 1f / (call.pool * call.pool);
        if (y % call.pool == 0) {
            Arrays.fill(own.pooled, 0, squares * columns, 0f);
        }
        for (int x = 0; x < squares * call.pool; x++) {
            math.multiplyAdd(scale, own.output, x * padded, own.pooled, x / call.pool * columns, columns);
        }
        if (y % call.pool == call.pool - 1) {
            int row = image * call.pooledHeight() + y / call.pool;
            call.out.floats().put(call.outOffset + row * squares * columns, own.pooled, 0, squares * columns);
        }
    }

    private static float[] atLeast(float[] array, int size) {
        return array.length >= size ? array : new float[size];
    }

    @Override
    public void close() {}
}
