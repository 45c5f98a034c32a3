package dev.clipjet.kernels.gpu;

import dev.clipjet.device.DeviceProperties;
import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.numeric.ElementType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Convolutions of images in NHWC: {@code out = act(scale (in * W) + bias + residual)}, or the mean of that over 2 x 2 pixels, as {@link
 * ConvolutionShape} and {@link ConvolutionEnd} say; {@code W} [filters, {@link ConvolutionShape#packedColumns}] packed as {@link
 * #layout} says, {@code scale} and {@code bias} float32 [filters].
 *
 * <p>{@link #plan} takes the kernel and the number of splits for which {@link GemmModel} gives the shortest time, unless the system
 * property {@link #OVERRIDE} names another one; kernels of one tap without a scale are linear layers, which {@link LinearKernels} plan. Not
 * thread-safe.
 */
public final class ConvolutionKernels {
    /**
     * System property that forces a variant, for measurements: {@code sm_80/64x64} or, with a number of splits, {@code
     * sm_80/64x64/4}. It does not concern kernels of one tap, see {@link LinearKernels#OVERRIDE}.
     */
    public static final String OVERRIDE = "clipjet.convolution";

    /** Chunks of 16 bytes in an input: the kernels count them, and some beyond its edges, in 32 bits. */
    private static final int MAX_CHUNKS = 1 << 30;

    private final KernelLibrary library;
    private final ElementType type;
    private final LinearKernels linear;
    private final List<ConvolutionVariant> variants;
    private final GemmModel model;
    private final Map<ConvolutionVariant, GpuFunction> functions = new HashMap<>();

    /** The kernels for a storage type. */
    public ConvolutionKernels(KernelLibrary library, ElementType type) {
        this.library = library;
        this.type = type;
        linear = new LinearKernels(library, type);
        DeviceProperties properties = library.device().properties();
        model = new GemmModel(properties, type);
        variants = ConvolutionVariant.of(type, library.isHopper()).stream()
                .filter(variant -> variant.sharedBytes() <= properties.sharedBytesPerBlock())
                .toList();
    }

    /** The order of a weight [filters, {@link ConvolutionShape#packedColumns}], the same for every number of images. */
    public TileLayout layout(ConvolutionShape shape) {
        return linear.layout(shape.filters(), shape.packedColumns(type));
    }

    /** The kernels that this device runs, beside those for kernels of one tap. */
    public List<ConvolutionVariant> variants() {
        return variants;
    }

    /**
     * The way to compute a convolution.
     *
     * @throws IllegalArgumentException if pooling leaves nothing, if a grid cannot have so many tiles, or if {@link #OVERRIDE} names
     *     what there is not
     */
    public ConvolutionPlan plan(ConvolutionShape shape, ConvolutionEnd end) {
        if (shape.isPointwise() && !end.pooled() && !end.scaled()) {
            LinearPlan plan =
                    linear.plan(shape.outRows(), shape.filters(), shape.channels(), end.activation(), end.residual());
            return new ConvolutionPlan.Pointwise(shape, end, plan);
        }
        int rows = ConvolutionPlan.Gathered.rows(shape, end);
        LaunchCheck.of("convolution").positive("pixels of the result", rows);
        int kTiles = GemmVariant.kTiles(type, shape.packedColumns(type));
        String named = System.getProperty(OVERRIDE);
        GemmChoice<ConvolutionVariant> choice = named == null
                ? model.best(variants, rows, shape.filters(), kTiles, memoryBytes(shape, end))
                : GemmChoice.named(OVERRIDE, named, variants, type, kTiles);
        return plan(shape, end, choice.variant(), choice.splits());
    }

    /** A plan with a variant of {@link #variants} and a number of splits, for measurements. */
    public ConvolutionPlan plan(ConvolutionShape shape, ConvolutionEnd end, ConvolutionVariant variant, int splits) {
        return new ConvolutionPlan.Gathered(shape, type, end, variant, splits);
    }

    /** Bytes of all operands, each once. */
    private double memoryBytes(ConvolutionShape shape, ConvolutionEnd end) {
        double out = (double) ConvolutionPlan.Gathered.rows(shape, end)
                / (end.pool() * end.pool())
                * shape.filters()
                * (end.residual() ? 2 : 1);
        return ((double) shape.inRows() * shape.channels()
                        + (double) shape.filters() * shape.taps() * shape.channels()
                        + out)
                * type.bytes();
    }

    /** Enqueues a convolution without a scale. */
    public void record(
            GpuStream stream,
            ConvolutionPlan plan,
            Matrix in,
            long weight,
            long bias,
            Matrix residual,
            Matrix out,
            long workspace) {
        record(stream, plan, in, weight, 0, bias, residual, out, workspace);
    }

    /**
     * Enqueues a convolution.
     *
     * @param plan of these kernels
     * @param in [images * height * width, channels]
     * @param weight packed, 16-byte aligned
     * @param scale float32 [filters], 16-byte aligned; 0 if the plan has none
     * @param bias float32 [filters], 16-byte aligned, or 0 for none
     * @param residual as {@code out}, and {@code out} itself or apart from it; null if the plan has none
     * @param out [{@link ConvolutionPlan#outRows}, filters], apart from {@code in}; its pad columns up to the next multiple of 16
     *     bytes may be overwritten
     * @param workspace as {@link ConvolutionPlan#workspaceBytes} says; may be 0 where none is needed. Launches that may overlap have
     *     different ones
     */
    public void record(
            GpuStream stream,
            ConvolutionPlan plan,
            Matrix in,
            long weight,
            long scale,
            long bias,
            Matrix residual,
            Matrix out,
            long workspace) {
        if (plan instanceof ConvolutionPlan.Pointwise pointwise) {
            LaunchCheck.of("convolution").require(scale == 0, "no scale was planned");
            linear.record(stream, pointwise.linear(), in, weight, bias, residual, out, workspace);
            return;
        }
        ConvolutionPlan.Gathered gathered = (ConvolutionPlan.Gathered) plan;
        ConvolutionShape shape = plan.shape();
        ConvolutionEnd end = plan.end();
        LaunchCheck check = LaunchCheck.of("convolution")
                .require(
                        plan.type() == type,
                        "a plan for " + plan.type().kernelCode() + ", kernels for " + type.kernelCode())
                .matrix("in", in, type)
                .shape("in", in, shape.inRows(), shape.channels())
                .atMost("chunks of in", in.bytes(type) / Matrix.ALIGNMENT, MAX_CHUNKS)
                .matrix("out", out, type)
                .shape("out", out, plan.outRows(), shape.filters())
                .residual(residual, end.residual(), out, type)
                .aligned("weight", weight, Matrix.ALIGNMENT)
                .apart("out", out, "in", in, type);
        if (end.scaled()) {
            check.aligned("scale", scale, Matrix.ALIGNMENT);
        } else {
            check.require(scale == 0, "no scale was planned");
        }
        if (bias != 0) {
            check.aligned("bias", bias, Matrix.ALIGNMENT);
        }
        if (plan.workspaceBytes() > 0) {
            check.aligned("workspace", workspace, Matrix.ALIGNMENT);
        }
        ConvolutionVariant variant = gathered.variant();
        KernelArguments arguments = new KernelArguments()
                .addInt(gathered.rows())
                .addInt(shape.filters())
                .addInt(shape.height())
                .addInt(shape.width())
                .addInt(shape.channels())
                .addInt(shape.outHeight())
                .addInt(shape.outWidth())
                .addInt(shape.kernelHeight())
                .addInt(shape.kernelWidth())
                .addInt(shape.stride())
                .addInt(shape.padding())
                .addInt(end.pool())
                .addLong(in.address())
                .addLong(in.stride())
                .addLong(weight)
                .addLong(scale)
                .addLong(bias)
                .addLong(residual == null ? 0 : residual.address())
                .addLong(residual == null ? 0 : residual.stride())
                .addLong(out.address())
                .addLong(out.stride())
                .addLong(workspace)
                .addInt(end.activation().code());
        stream.launch(
                function(variant),
                new LaunchShape(gathered.grid(), Dim3.of(variant.threads()), variant.sharedBytes()),
                arguments);
    }

    private GpuFunction function(ConvolutionVariant variant) {
        return functions.computeIfAbsent(variant, v -> {
            GpuFunction function = library.function(v.family(type), v.target(), v.entry(type));
            function.allowDynamicShared(v.sharedBytes());
            return function;
        });
    }
}
