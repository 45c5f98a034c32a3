package dev.clipjet.kernels.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.clipjet.numeric.Activation;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * {@link ConvolutionRoutine} on oneDNN, with weights packed in the layout that it chooses. A worker convolves a band of
 * output rows of one image; bias, residual and activation are applied before the result leaves the registers, pooling
 * while the band is in its cache.
 */
final class OneDnnConvolution implements ConvolutionRoutine {
    private static final int[] ARGUMENTS = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DST};
    private static final int[] ARGUMENTS_AND_ADDED = {
        DNNL_ARG_SRC,
        DNNL_ARG_WEIGHTS,
        DNNL_ARG_BIAS,
        DNNL_ARG_DST,
        DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1
    };

    /** Floats of a band that is to be pooled, at most: it stays in the second-level cache until then. */
    private static final int MAX_POOLED_BAND = 1 << 17;

    private final WorkerPool pool;
    private final OneDnn library;
    private final Own[] workers;
    private final WorkerPool.Task task = this::runTask;
    private FloatMemory bias = new FloatMemory(0);

    // The call in progress.
    private ConvolutionCall call;
    private Packed packed;
    private int bandRows;
    private int bands;
    private int variant;

    private enum Addition {
        NONE,
        OUTPUT,
        OTHER
    }

    /** Memory of one worker, grown on demand. */
    private static final class Own {
        private final AverageRows average = new AverageRows();
        private FloatMemory input = new FloatMemory(0);
        private FloatMemory output = new FloatMemory(0);
        private float[] row = new float[0];
    }

    /** The primitive for bands of some height at some place in the image. */
    private record Band(int rows, int paddingAbove, int paddingBelow, int variant, OneDnnPrimitive primitive) {}

    /** The weights of a convolution, and the primitives for its bands. */
    private final class Packed implements PackedWeights {
        private final ConvolutionShape shape;
        private final dnnl_memory_desc layout;
        private final List<Band> bands = new ArrayList<>();
        private FloatMemory weights;

        Packed(ConvolutionShape shape, dnnl_memory_desc layout) {
            this.shape = shape;
            this.layout = layout;
        }

        OneDnnPrimitive primitive(int rows, int above, int below) {
            for (int i = 0; i < bands.size(); i++) {
                Band band = bands.get(i);
                if (band.rows == rows
                        && band.paddingAbove == above
                        && band.paddingBelow == below
                        && band.variant == variant) {
                    return band.primitive;
                }
            }
            return null;
        }

        @Override
        public boolean areOf(Object routine, int firstRow, int rows) {
            // A matrix is always used for the same shape but for the size of the map, on which a layout does not
            // depend.
            return routine == OneDnnConvolution.this && shape.equals(call.shape);
        }

        @Override
        public void close() {
            if (weights != null) {
                weights.close();
            }
        }
    }

    OneDnnConvolution(WorkerPool pool) {
        this.pool = pool;
        library = new OneDnn(pool.size());
        workers = new Own[pool.size()];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Own();
        }
    }

    @Override
    public void run(ConvolutionCall newCall) {
        call = newCall;
        int before = OpenMpThreads.limitToOne();
        try {
            prepare();
            pool.run(call.images * bands, task);
        } finally {
            OpenMpThreads.restore(before);
        }
    }

    private void prepare() {
        ConvolutionShape shape = call.shape;
        packed = (Packed) call.weight.packed(this, 0, shape.outChannels());
        if (packed == null) {
            packed = pack();
        }
        setBias();
        int used = call.pooledHeight() * call.pool;
        int mostRows = call.pool == 1 ? used : MAX_POOLED_BAND / (shape.outWidth() * shape.outChannels());
        bandRows = Bands.rows(call, pool.size(), mostRows);
        bands = (used + bandRows - 1) / bandRows;
        Addition addition =
                call.residual == null ? Addition.NONE : call.addsToItsOutput() ? Addition.OUTPUT : Addition.OTHER;
        variant = addition.ordinal() * Activation.values().length + call.activation.ordinal();
        int highest = 0;
        for (int band = 0; band < bands; band++) {
            int first = band * bandRows;
            int rows = Math.min(bandRows, used - first);
            highest = Math.max(highest, inputRows(first, rows));
            int above = paddingAbove(first);
            int below = paddingBelow(first, rows);
            if (packed.primitive(rows, above, below) == null) {
                OneDnnPrimitive made = make(packed.layout, rows, above, below, addition);
                packed.bands.add(new Band(rows, above, below, variant, made));
            }
        }
        reserve(highest);
    }

    /** Rows of the input that lie above the image for output rows from {@code first} on. */
    private int paddingAbove(int first) {
        return Math.max(0, call.shape.padding() - first * call.shape.stride());
    }

    private int paddingBelow(int first, int rows) {
        ConvolutionShape shape = call.shape;
        int end = (first + rows - 1) * shape.stride() - shape.padding() + shape.kernelHeight();
        return Math.max(0, end - shape.height());
    }

    /** Rows of the image that output rows need. */
    private int inputRows(int first, int rows) {
        ConvolutionShape shape = call.shape;
        return (rows - 1) * shape.stride() + shape.kernelHeight() - paddingAbove(first) - paddingBelow(first, rows);
    }

    private void reserve(int inputRows) {
        ConvolutionShape shape = call.shape;
        for (Own own : workers) {
            if (call.planes != null) {
                own.input = atLeast(own.input, (long) inputRows * shape.width() * shape.inChannels());
                if (own.row.length < shape.width() * shape.inChannels()) {
                    own.row = new float[shape.width() * shape.inChannels()];
                }
            }
            if (call.pool > 1) {
                own.output = atLeast(own.output, (long) bandRows * shape.outWidth() * shape.outChannels());
            }
        }
    }

    private static FloatMemory atLeast(FloatMemory memory, long floats) {
        if (memory.size() >= floats) {
            return memory;
        }
        FloatMemory larger = new FloatMemory(floats);
        memory.close();
        return larger;
    }

    private void setBias() {
        int channels = call.shape.outChannels();
        bias = atLeast(bias, channels);
        if (call.bias != null) {
            bias.floats().put(0, call.bias, 0, channels);
        } else {
            for (int i = 0; i < channels; i++) {
                bias.floats().put(i, 0f);
            }
        }
    }

    private void runTask(int worker, int index) {
        library.enter(worker);
        ConvolutionShape shape = call.shape;
        Own own = workers[worker];
        int image = index / bands;
        int first = index % bands * bandRows;
        int rows = Math.min(bandRows, call.pooledHeight() * call.pool - first);
        int firstInput = Math.max(0, first * shape.stride() - shape.padding());
        int rowFloats = shape.outWidth() * shape.outChannels();
        OneDnnPrimitive primitive = packed.primitive(rows, paddingAbove(first), paddingBelow(first, rows));
        primitive.set(worker, 0, input(own, image, firstInput, inputRows(first, rows)));
        primitive.set(worker, 1, packed.weights.address(0));
        primitive.set(worker, 2, bias.address(0));
        long place = ((long) image * shape.outHeight() + first) * rowFloats;
        primitive.set(worker, 3, call.pool > 1 ? own.output.address(0) : call.out.address(call.outOffset + place));
        if (call.residual != null && !call.addsToItsOutput()) {
            primitive.set(worker, 4, call.residual.address(call.residualOffset + place));
        }
        primitive.run(worker);
        if (call.pool > 1) {
            int pooledRow = call.pooledWidth() * shape.outChannels();
            for (int y = 0; y < rows / call.pool; y++) {
                own.average.run(
                        call.pool,
                        shape.outWidth(),
                        shape.outChannels(),
                        own.output.floats(),
                        y * call.pool * rowFloats,
                        call.out.floats(),
                        call.outOffset + (image * call.pooledHeight() + first / call.pool + y) * pooledRow);
            }
        }
    }

    /** Address of rows of an image, which are put there first if they come as planes. */
    private long input(Own own, int image, int first, int rows) {
        ConvolutionShape shape = call.shape;
        int rowFloats = shape.width() * shape.inChannels();
        if (call.planes == null) {
            return call.in.address(call.inOffset + ((long) image * shape.height() + first) * rowFloats);
        }
        for (int y = 0; y < rows; y++) {
            Planes.interleave(call.planes, shape, image, first + y, own.row, 0);
            own.input.floats().put(y * rowFloats, own.row, 0, rowFloats);
        }
        return own.input.address(0);
    }

    private OneDnnPrimitive make(dnnl_memory_desc weights, int rows, int above, int below, Addition addition) {
        ConvolutionShape shape = call.shape;
        int inputRows = (rows - 1) * shape.stride() + shape.kernelHeight() - above - below;
        dnnl_memory_desc in = map(inputRows, shape.width(), shape.inChannels());
        dnnl_memory_desc out = map(rows, shape.outWidth(), shape.outChannels());
        dnnl_memory_desc channels = library.strided(new long[] {shape.outChannels()}, new long[] {1});
        dnnl_primitive_desc desc = describe(in, weights, channels, out, above, below, addition, call.activation);
        return addition == Addition.OTHER
                ? library.primitive(desc, ARGUMENTS_AND_ADDED, in, weights, channels, out, out)
                : library.primitive(desc, ARGUMENTS, in, weights, channels, out);
    }

    private dnnl_primitive_desc describe(
            dnnl_memory_desc in,
            dnnl_memory_desc weights,
            dnnl_memory_desc channels,
            dnnl_memory_desc out,
            int above,
            int below,
            Addition addition,
            Activation activation) {
        ConvolutionShape shape = call.shape;
        int right = Math.max(
                0, (shape.outWidth() - 1) * shape.stride() + shape.kernelWidth() - shape.padding() - shape.width());
        dnnl_primitive_attr attributes =
                OneDnn.attributes(addition == Addition.OUTPUT, addition == Addition.OTHER ? out : null, activation);
        dnnl_primitive_desc desc = new dnnl_primitive_desc();
        try {
            OneDnn.check(
                    dnnl_convolution_forward_primitive_desc_create(
                            desc,
                            library.engine(),
                            dnnl_forward_inference,
                            dnnl_convolution_direct,
                            in,
                            weights,
                            channels,
                            out,
                            new long[] {shape.stride(), shape.stride()},
                            new long[] {0, 0},
                            new long[] {above, shape.padding()},
                            new long[] {below, right},
                            attributes),
                    "describe a convolution");
        } finally {
            dnnl_primitive_attr_destroy(attributes);
        }
        return desc;
    }

    /** Layout of a map of one image. */
    private dnnl_memory_desc map(long height, long width, long channels) {
        return library.strided(
                new long[] {1, channels, height, width},
                new long[] {height * width * channels, 1, width * channels, channels});
    }

    private Packed pack() {
        ConvolutionShape shape = call.shape;
        Packed made = new Packed(shape, chooseLayout());
        try {
            OneDnnPacker packer = new OneDnnPacker(library, stored(), made.layout);
            made.weights = new FloatMemory(packer.packedFloats());
            packer.pack(0, call.weight, 0, shape.outChannels(), made.weights.address(0));
            call.weight.keep(made);
            return made;
        } catch (RuntimeException | Error e) {
            made.close();
            throw e;
        }
    }

    private long[] weightDims() {
        ConvolutionShape shape = call.shape;
        return shape.depthwise()
                ? new long[] {shape.outChannels(), 1, 1, shape.kernelHeight(), shape.kernelWidth()}
                : new long[] {shape.outChannels(), shape.inChannels(), shape.kernelHeight(), shape.kernelWidth()};
    }

    /** The layout of the weights as they are stored. */
    private dnnl_memory_desc stored() {
        long[] dims = weightDims();
        long[] strides = new long[dims.length];
        long stride = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= dims[i];
        }
        return library.strided(dims, strides);
    }

    private dnnl_memory_desc chooseLayout() {
        ConvolutionShape shape = call.shape;
        dnnl_primitive_desc desc = describe(
                map(shape.height(), shape.width(), shape.inChannels()),
                library.any(weightDims()),
                library.strided(new long[] {shape.outChannels()}, new long[] {1}),
                map(shape.outHeight(), shape.outWidth(), shape.outChannels()),
                shape.padding(),
                paddingBelow(0, shape.outHeight()),
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
        for (Own own : workers) {
            own.input.close();
            own.output.close();
        }
    }
}
