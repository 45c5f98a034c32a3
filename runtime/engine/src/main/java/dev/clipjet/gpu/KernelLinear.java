package dev.clipjet.gpu;

import dev.clipjet.device.GpuStream;
import dev.clipjet.kernels.gpu.KernelLibrary;
import dev.clipjet.kernels.gpu.LinearKernels;
import dev.clipjet.kernels.gpu.LinearPlan;
import dev.clipjet.kernels.gpu.Matrix;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.upload.WeightLayout;

/** Linear layers by the kernels that ship. */
final class KernelLinear implements LinearMethod {
    private final LinearKernels kernels;
    private final ElementType type;

    KernelLinear(KernelLibrary library, ElementType type) {
        kernels = new LinearKernels(library, type);
        this.type = type;
    }

    @Override
    public String name() {
        return "kernels";
    }

    @Override
    public WeightLayout layout(int n, int k) {
        return WeightForm.packed(kernels.layout(n, k), type);
    }

    @Override
    public Prepared prepare(LinearShape shape) {
        LinearPlan plan = kernels.plan(shape.m(), shape.n(), shape.k(), shape.activation(), shape.residual());
        return new Prepared() {
            @Override
            public long workspaceBytes() {
                return plan.workspaceBytes();
            }

            @Override
            public void record(GpuStream stream, Matrix in, long weight, long bias, Matrix out, long workspace) {
                kernels.record(stream, plan, in, weight, bias, out, workspace);
            }

            @Override
            public String describe() {
                return plan.describe();
            }
        };
    }
}
