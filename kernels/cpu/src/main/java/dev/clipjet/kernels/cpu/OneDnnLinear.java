package dev.clipjet.kernels.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.clipjet.numeric.Activation;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * {@link LinearRoutine} on oneDNN's matmul, with weights packed in the layout that it chooses. The output columns are cut
 * into slices, each packed on its own, and the rows into blocks; a task is one block of one slice, computed by one worker
 * with bias, residual and activation applied before the result leaves the registers.
 */
final class OneDnnLinear implements LinearRoutine {
    /** Rows of a task at most: primitives are made for each number of rows, and this bounds how many. */
    private static final int MAX_BLOCK_ROWS = 256;

    /** Blocks are of a multiple of this many rows, but for the last. */
    private static final int ROW_UNIT = 16;

    /** Columns of a slice at least: narrower ones lose more in the product than another worker brings. */
    private static final int MIN_SLICE = 128;

    /** Slices begin at multiples of this many columns, a multiple of every vector length. */
    private static final int COLUMN_UNIT = 64;

    private static final int TASKS_PER_WORKER = 2;
    private static final int[] ARGUMENTS = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DST};
    private static final int[] ARGUMENTS_AND_ADDED = Arrays.copyOf(ARGUMENTS, 5);

    static {
        ARGUMENTS_AND_ADDED[4] = DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1;
    }

    private final WorkerPool pool;
    private final OneDnn library;
    private final Map<SliceShape, dnnl_memory_desc> layouts = new HashMap<>();
    private final Map<Product, OneDnnPrimitive[]> products = new HashMap<>();
    private final WorkerPool.Task task = this::runTask;
    private FloatMemory bias = new FloatMemory(0);

    // The call in progress.
    private LinearCall call;
    private Packed packed;
    private OneDnnPrimitive[][] primitives;
    private int blockRows;

    /** Weights [K, N] of a slice. */
    private record SliceShape(int depth, int columns) {}

    /** What a primitive computes, but for the number of rows. */
    private record Product(SliceShape slice, int outStride, Addition addition, Activation activation) {}

    private enum Addition {
        NONE,
        OUTPUT,
        OTHER
    }

    /** Rows of a weight matrix as slices of output columns. */
    private final class Packed implements PackedWeights {
        private final int firstRow;
        private final int rows;
        private final int[] firsts;
        private final SliceShape[] shapes;
        private final FloatMemory[] slices;
        private final OneDnnPrimitive[][][] products =
                new OneDnnPrimitive[Addition.values().length * Activation.values().length][][];

        Packed(int firstRow, int rows, int depth) {
            this.firstRow = firstRow;
            this.rows = rows;
            int wanted = Math.max(1, Math.min(pool.size(), rows / MIN_SLICE));
            int width = (rows + wanted * COLUMN_UNIT - 1) / (wanted * COLUMN_UNIT) * COLUMN_UNIT;
            int count = (rows + width - 1) / width;
            firsts = new int[count];
            shapes = new SliceShape[count];
            slices = new FloatMemory[count];
            for (int i = 0; i < count; i++) {
                firsts[i] = i * width;
                shapes[i] = new SliceShape(depth, Math.min(width, rows - firsts[i]));
            }
        }

        @Override
        public boolean areOf(Object routine, int first, int count) {
            return routine == OneDnnLinear.this && first == firstRow && count == rows;
        }

        @Override
        public void close() {
            for (FloatMemory slice : slices) {
                if (slice != null) {
                    slice.close();
                }
            }
        }
    }

    OneDnnLinear(WorkerPool pool) {
        this.pool = pool;
        library = new OneDnn(pool.size());
    }

    @Override
    public void run(LinearCall newCall) {
        call = newCall;
        int before = OpenMpThreads.limitToOne();
        try {
            prepare();
            pool.run(packed.slices.length * blocks(), task);
        } finally {
            OpenMpThreads.restore(before);
        }
    }

    private int blocks() {
        return (call.rows + blockRows - 1) / blockRows;
    }

    private void prepare() {
        packed = (Packed) call.weight.packed(this, call.firstRow, call.width);
        if (packed == null) {
            packed = pack(call.weight, call.firstRow, call.width);
        }
        blockRows = blockRows(call.rows, packed.slices.length);
        setBias();
        Addition addition =
                call.residual == null ? Addition.NONE : call.addsToItsOutput() ? Addition.OUTPUT : Addition.OTHER;
        int variant = addition.ordinal() * Activation.values().length + call.activation.ordinal();
        primitives = packed.products[variant];
        if (primitives == null) {
            primitives = new OneDnnPrimitive[packed.slices.length][];
            for (int i = 0; i < primitives.length; i++) {
                Product product = new Product(packed.shapes[i], call.width, addition, call.activation);
                primitives[i] = products.computeIfAbsent(product, key -> new OneDnnPrimitive[MAX_BLOCK_ROWS + 1]);
            }
            packed.products[variant] = primitives;
        }
        int last = call.rows - (blocks() - 1) * blockRows;
        for (int i = 0; i < primitives.length; i++) {
            if (primitives[i][blockRows] == null && blocks() > 1) {
                primitives[i][blockRows] = make(packed.shapes[i], addition, blockRows);
            }
            if (primitives[i][last] == null) {
                primitives[i][last] = make(packed.shapes[i], addition, last);
            }
        }
    }

    private int blockRows(int rows, int slices) {
        int wanted = Math.max(1, pool.size() == 1 ? 1 : pool.size() * TASKS_PER_WORKER / slices);
        int even = Math.min(MAX_BLOCK_ROWS, (rows + wanted - 1) / wanted);
        int blocks = (rows + even - 1) / even;
        int rounded = ((rows + blocks - 1) / blocks + ROW_UNIT - 1) / ROW_UNIT * ROW_UNIT;
        return Math.min(rows, rounded);
    }

    private void setBias() {
        if (bias.size() < call.width) {
            bias.close();
            bias = new FloatMemory(0); // stays usable if the next line fails
            bias = new FloatMemory(call.width);
        }
        if (call.bias != null) {
            bias.floats().put(0, call.bias, call.firstRow, call.width);
        } else {
            for (int i = 0; i < call.width; i++) {
                bias.floats().put(i, 0f);
            }
        }
    }

    private void runTask(int worker, int index) {
        library.enter(worker);
        int slice = index % packed.slices.length;
        int row = index / packed.slices.length * blockRows;
        OneDnnPrimitive primitive = primitives[slice][Math.min(blockRows, call.rows - row)];
        int first = packed.firsts[slice];
        primitive.set(worker, 0, call.in.address(call.inOffset + (long) row * packed.shapes[slice].depth));
        primitive.set(worker, 1, packed.slices[slice].address(0));
        primitive.set(worker, 2, bias.address(first));
        primitive.set(worker, 3, call.out.address(call.outOffset + (long) row * call.width + first));
        if (call.residual != null && !call.addsToItsOutput()) {
            primitive.set(worker, 4, call.residual.address(call.residualOffset + (long) row * call.width + first));
        }
        primitive.run(worker);
    }

    private OneDnnPrimitive make(SliceShape slice, Addition addition, int rows) {
        dnnl_memory_desc in = matrix(rows, slice.depth, slice.depth, 1);
        dnnl_memory_desc out = matrix(rows, slice.columns, call.width, 1);
        dnnl_memory_desc row = matrix(1, slice.columns, slice.columns, 1);
        dnnl_memory_desc weights = layouts.get(slice);
        dnnl_primitive_desc desc = describe(in, weights, row, out, addition, call.activation);
        return addition == Addition.OTHER
                ? library.primitive(desc, ARGUMENTS_AND_ADDED, in, weights, row, out, out)
                : library.primitive(desc, ARGUMENTS, in, weights, row, out);
    }

    private dnnl_primitive_desc describe(
            dnnl_memory_desc in,
            dnnl_memory_desc weights,
            dnnl_memory_desc row,
            dnnl_memory_desc out,
            Addition addition,
            Activation activation) {
        dnnl_primitive_attr attributes =
                OneDnn.attributes(addition == Addition.OUTPUT, addition == Addition.OTHER ? out : null, activation);
        dnnl_primitive_desc desc = new dnnl_primitive_desc();
        try {
            OneDnn.check(
                    dnnl_matmul_primitive_desc_create(desc, library.engine(), in, weights, row, out, attributes),
                    "describe a matrix product");
        } finally {
            dnnl_primitive_attr_destroy(attributes);
        }
        return desc;
    }

    private dnnl_memory_desc matrix(long rows, long columns, long rowStride, long columnStride) {
        return library.strided(new long[] {rows, columns}, new long[] {rowStride, columnStride});
    }

    private Packed pack(WeightMatrix weight, int firstRow, int rows) {
        Packed made = new Packed(firstRow, rows, weight.columns());
        try {
            for (SliceShape shape : made.shapes) {
                layouts.computeIfAbsent(shape, this::chooseLayout);
            }
            OneDnnPacker[] packers = new OneDnnPacker[made.slices.length];
            for (int i = 0; i < packers.length; i++) {
                SliceShape shape = made.shapes[i];
                packers[i] = new OneDnnPacker(
                        library, matrix(shape.depth, shape.columns, 1, shape.depth), layouts.get(shape));
                made.slices[i] = new FloatMemory(packers[i].packedFloats());
            }
            pool.run(packers.length, (worker, slice) -> {
                library.enter(worker);
                SliceShape shape = made.shapes[slice];
                packers[slice].pack(
                        worker, weight, firstRow + made.firsts[slice], shape.columns, made.slices[slice].address(0));
            });
            weight.keep(made);
            return made;
        } catch (RuntimeException | Error e) {
            made.close();
            throw e;
        }
    }

    /** The layout of matmul depends on depth and columns only, as a test asserts, so that all numbers of rows share it. */
    private dnnl_memory_desc chooseLayout(SliceShape shape) {
        int rows = 64;
        dnnl_primitive_desc desc = describe(
                matrix(rows, shape.depth, shape.depth, 1),
                library.any(shape.depth, shape.columns),
                matrix(1, shape.columns, shape.columns, 1),
                matrix(rows, shape.columns, shape.columns, 1),
                Addition.NONE,
                Activation.NONE);
        try {
            return library.keep(dnnl_primitive_desc_query_md(desc, dnnl_query_weights_md, 0));
        } finally {
            dnnl_primitive_desc_destroy(desc);
        }
    }

    @Override
    public void close() {
        library.close();
        bias.close();
    }
}
