package dev.clipjet.kernels.gpu;

import dev.clipjet.device.DeviceProperties;
import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Linear layers: {@code out = act(in W^T + bias + residual)}, {@code in} [m, k], {@code W} [n, k] packed as {@link #layout} says,
 * {@code bias} float32 [n], {@code residual} and {@code out} [m, n].
 *
 * <p>{@link #plan} takes the kernel and the number of splits for which {@link GemmModel} gives the shortest time, unless the
 * system property {@link #OVERRIDE} names another one. Not thread-safe.
 */
public final class LinearKernels {
    /**
     * System property that forces a variant, for measurements: {@code sm_80/64x64} or, with a number of splits, {@code
     * sm_80/64x64/4}.
     */
    public static final String OVERRIDE = "clipjet.linear";

    private final KernelLibrary library;
    private final ElementType type;
    private final List<LinearVariant> variants;
    private final GemmModel model;
    private final Map<LinearVariant, GpuFunction> functions = new HashMap<>();

    /** The kernels for a storage type. */
    public LinearKernels(KernelLibrary library, ElementType type) {
        this.library = library;
        this.type = type;
        DeviceProperties properties = library.device().properties();
        model = new GemmModel(properties, type);
        variants = new ArrayList<>();
        for (LinearVariant variant : LinearVariant.of(type, library.isHopper())) {
            if (variant.sharedBytes() <= properties.sharedBytesPerBlock()) {
                variants.add(variant);
            }
        }
    }

    /** The order of a weight [n, k], the same for every m. */
    public TileLayout layout(int n, int k) {
        LaunchCheck.of("linear").positive("n", n).positive("k", k);
        return new TileLayout(64, GemmVariant.ROW_BYTES / type.bytes(), Swizzle.XOR_8);
    }

    /** The kernels that this device runs. */
    public List<LinearVariant> variants() {
        return List.copyOf(variants);
    }

    /**
     * The way to compute a linear layer.
     *
     * @param m rows of the activations
     * @param n rows of the weight
     * @param k columns of both
     * @param activation applied last
     * @param residual whether there is a residual
     * @throws IllegalArgumentException if a size is not positive, or if {@link #OVERRIDE} names what there is not
     */
    public LinearPlan plan(int m, int n, int k, Activation activation, boolean residual) {
        LaunchCheck.of("linear").positive("m", m).positive("n", n).positive("k", k);
        int kTiles = GemmVariant.kTiles(type, k);
        String named = System.getProperty(OVERRIDE);
        GemmChoice<LinearVariant> choice = named == null
                ? model.best(variants, m, n, kTiles, memoryBytes(m, n, k))
                : GemmChoice.named(OVERRIDE, named, variants, type, kTiles);
        return new LinearPlan(m, n, k, type, activation, residual, choice.variant(), choice.splits());
    }

    /** Bytes of all operands. */
    double memoryBytes(int m, int n, int k) {
        return ((double) n * k + (double) m * k + (double) m * n) * type.bytes();
    }

    /** A plan with a variant of {@link #variants} and a number of splits, for measurements. */
    public LinearPlan plan(
            int m, int n, int k, Activation activation, boolean residual, LinearVariant variant, int splits) {
        return new LinearPlan(m, n, k, type, activation, residual, variant, splits);
    }

    /** Enqueues a linear layer whose residual, if it has one, is what {@code out} holds. */
    public void record(
            GpuStream stream, LinearPlan plan, Matrix in, long weight, long bias, Matrix out, long workspace) {
        record(stream, plan, in, weight, bias, plan.residual() ? out : null, out, workspace);
    }

    /**
     * Enqueues a linear layer.
     *
     * @param plan of these kernels
     * @param in [m, k]
     * @param weight packed, 16-byte aligned
     * @param bias float32 [n], 16-byte aligned, or 0 for none
     * @param residual [m, n], {@code out} or apart from it; null if the plan has none
     * @param out [m, n], apart from {@code in}; its pad columns up to the next multiple of 16 bytes may be overwritten
     * @param workspace as {@link LinearPlan#workspaceBytes} says; may be 0 where none is needed. Launches that may overlap have
     *     different ones
     */
    public void record(
            GpuStream stream,
            LinearPlan plan,
            Matrix in,
            long weight,
            long bias,
            Matrix residual,
            Matrix out,
            long workspace) {
        LaunchCheck check = LaunchCheck.of("linear")
                .require(
                        plan.type() == type,
                        "a plan for " + plan.type().kernelCode() + ", kernels for " + type.kernelCode())
                .require(
                        in.rows() == plan.m() && in.columns() == plan.k(),
                        "in is " + in.rows() + " x " + in.columns() + ", planned was " + plan.m() + " x " + plan.k())
                .require(
                        out.rows() == plan.m() && out.columns() == plan.n(),
                        "out is " + out.rows() + " x " + out.columns() + ", planned was " + plan.m() + " x " + plan.n())
                .multiple("bytes of a row of in", (long) in.stride() * type.bytes(), Matrix.ALIGNMENT)
                .multiple("bytes of a row of out", (long) out.stride() * type.bytes(), Matrix.ALIGNMENT)
                .aligned("weight", weight, Matrix.ALIGNMENT)
                .require(
                        in.address() >= out.address() + out.bytes(type)
                                || out.address() >= in.address() + in.bytes(type)
                                || sharesRows(in, out),
                        "in and out overlap");
        check.residual(residual, plan.residual(), out, type);
        if (bias != 0) {
            check.aligned("bias", bias, Matrix.ALIGNMENT);
        }
        if (plan.workspaceBytes() > 0) {
            check.aligned("workspace", workspace, Matrix.ALIGNMENT);
        }
        LinearVariant variant = plan.variant();
        KernelArguments arguments = new KernelArguments()
                .addInt(plan.m())
                .addInt(plan.n())
                .addInt(plan.k())
                .addLong(in.address())
                .addLong(in.stride())
                .addLong(weight)
                .addLong(bias)
                .addLong(residual == null ? 0 : residual.address())
                .addLong(residual == null ? 0 : residual.stride())
                .addLong(out.address())
                .addLong(out.stride())
                .addLong(workspace)
                .addInt(plan.activation().code());
        stream.launch(
                function(variant),
                new LaunchShape(plan.grid(), Dim3.of(variant.threads()), variant.sharedBytes()),
                arguments);
    }

    /** Whether two matrices are disjoint columns of one. */
    private boolean sharesRows(Matrix in, Matrix out) {
        long pitch = (long) in.stride() * type.bytes();
        if (in.stride() != out.stride()) {
            return false;
        }
        long distance = Math.floorMod(out.address() - in.address(), pitch);
        return distance >= (long) in.columns() * type.bytes()
                && distance + (long) out.columns() * type.bytes() <= pitch;
    }

    private GpuFunction function(LinearVariant variant) {
        return functions.computeIfAbsent(variant, v -> {
            GpuFunction function = library.function(v.family(type), v.target(), v.entry(type));
            function.allowDynamicShared(v.sharedBytes());
            return function;
        });
    }
}
