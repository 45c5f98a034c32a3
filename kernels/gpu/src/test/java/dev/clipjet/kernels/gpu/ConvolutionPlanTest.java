package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import org.junit.jupiter.api.Test;

class ConvolutionPlanTest {
    private static final ElementType TYPE = ElementType.F16;
    private static final ConvolutionEnd RELU = new ConvolutionEnd(Activation.RELU, false, false);
    private static final ConvolutionEnd ADDED = new ConvolutionEnd(Activation.RELU, true, false);
    private static final ConvolutionEnd POOLED = new ConvolutionEnd(Activation.RELU, false, true);
    /** Side, channels and filters of the 3 x 3 convolutions of RN50. */
    private static final int[][] LAYERS = {
        {112, 32, 32},
        {112, 32, 64},
        {56, 64, 64},
        {56, 128, 128},
        {28, 128, 128},
        {28, 256, 256},
        {14, 256, 256},
        {14, 512, 512},
        {7, 512, 512}
    };

    @Test
    void oneImageFillsTheSms() {
        try (KernelRig rig = new KernelRig(EmulatedDevice.a100(), ExecutionOptions.standard())) {
            ConvolutionKernels kernels = new ConvolutionKernels(rig.library(), TYPE);
            int sms = EmulatedDevice.a100().multiprocessors();
            for (int[] layer : LAYERS) {
                ConvolutionShape shape = new ConvolutionShape(1, layer[0], layer[0], layer[1], layer[2], 3, 3, 1, 1);
                ConvolutionPlan.Gathered plan = (ConvolutionPlan.Gathered) kernels.plan(shape, RELU);
                assertThat(plan.grid().count()).as(plan.describe()).isGreaterThanOrEqualTo(sms * 3L / 4);
            }
        }
    }

    @Test
    void manyImagesTakeLargeTilesAndNoSplits() {
        try (KernelRig rig = new KernelRig(EmulatedDevice.a100(), ExecutionOptions.standard())) {
            ConvolutionKernels kernels = new ConvolutionKernels(rig.library(), TYPE);
            for (int[] layer : LAYERS) {
                ConvolutionShape shape = new ConvolutionShape(256, layer[0], layer[0], layer[1], layer[2], 3, 3, 1, 1);
                ConvolutionPlan.Gathered plan = (ConvolutionPlan.Gathered) kernels.plan(shape, RELU);
                assertThat(plan.variant().rows()).as(plan.describe()).isEqualTo(128);
                assertThat(plan.variant().columns()).as(plan.describe()).isEqualTo(Math.min(128, layer[2]));
                assertThat(plan.splits()).as(plan.describe()).isEqualTo(1);
            }
        }
    }

    @Test
    void kernelsOfOneTapAreLinearLayers() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            ConvolutionKernels kernels = new ConvolutionKernels(rig.library(), TYPE);
            ConvolutionShape shape = new ConvolutionShape(2, 14, 14, 256, 1024, 1, 1, 1, 0);
            assertThat(kernels.plan(shape, ADDED).describe()).startsWith("linear f16 392 x 1024 x 256 relu residual: ");
            assertThat(kernels.plan(shape, POOLED).describe())
                    .startsWith("convolution f16 2 x 14 x 14 x 256 by 1 x 1 / 1 to 1024 relu pooled: sm_80/");
        }
    }

    @Test
    void planCanBeForced() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            ConvolutionKernels kernels = new ConvolutionKernels(rig.library(), TYPE);
            ConvolutionShape shape = new ConvolutionShape(1, 14, 14, 256, 256, 3, 3, 1, 1);
            System.setProperty(ConvolutionKernels.OVERRIDE, "sm_80/64x64/3");
            assertThat(kernels.plan(shape, RELU).describe())
                    .isEqualTo(
                            "convolution f16 1 x 14 x 14 x 256 by 3 x 3 / 1 to 256 relu: sm_80/64x64, 48 blocks, 3 splits");
            assertThat(kernels.plan(shape, RELU).workspaceBytes()).isEqualTo(4 * 4096 + 48 * 64 * 64 * 4);
            System.setProperty(ConvolutionKernels.OVERRIDE, "sm_80/64x64/x");
            assertThatThrownBy(() -> kernels.plan(shape, RELU))
                    .hasMessageContaining(
                            "clipjet.convolution is sm_80/64x64/x; for f16 this device has [sm_80/128x128,");
        } finally {
            System.clearProperty(ConvolutionKernels.OVERRIDE);
        }
    }

    @Test
    void whatCannotBePlannedIsRefused() {
        assertThatThrownBy(() -> new ConvolutionShape(1, 4, 4, 0, 8, 3, 3, 1, 1))
                .hasMessageContaining("convolution: channels is 0");
        assertThatThrownBy(() -> new ConvolutionShape(1, 4, 4, 8, 8, 8, 3, 1, 1))
                .hasMessageContaining("kernelHeight is 8; at most 7");
        assertThatThrownBy(() -> new ConvolutionShape(1, 4, 4, 8, 8, 3, 1, 1, 1))
                .hasMessageContaining("padding is 1 for a kernel of 3 x 1");
        assertThatThrownBy(() -> new ConvolutionShape(1, 4, 2, 8, 8, 5, 5, 1, 1))
                .hasMessageContaining("a kernel of 5 x 5 does not fit into an image of 4 x 2");
        assertThatThrownBy(() -> new ConvolutionShape(1 << 20, 1 << 8, 1 << 8, 8, 8, 1, 1, 1, 0))
                .hasMessageContaining("pixels is 68719476736");
        assertThatThrownBy(() -> new ConvolutionEnd(Activation.RELU, true, true))
                .hasMessageContaining("a pooled convolution has no residual");
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            ConvolutionKernels kernels = new ConvolutionKernels(rig.library(), TYPE);
            ConvolutionVariant small = kernels.variants().get(4);
            ConvolutionShape line = new ConvolutionShape(1, 1, 8, 8, 8, 1, 3, 1, 0);
            assertThatThrownBy(() -> kernels.plan(line, POOLED)).hasMessageContaining("pixels of the result is 0");
            assertThatThrownBy(() -> kernels.plan(line, RELU, small, 2))
                    .hasMessageContaining("convolution of sm_80/64x32: splits is 2; at most 1");
            ConvolutionShape many = new ConvolutionShape(1, 2048, 2048, 8, 8, 3, 3, 1, 1);
            assertThatThrownBy(() -> kernels.plan(many, RELU, small, 1)).hasMessageContaining("rows of tiles is 65536");
            ConvolutionShape fewer = new ConvolutionShape(1, 1024, 1024, 8, 8, 3, 3, 1, 1);
            assertThatThrownBy(() -> kernels.plan(fewer, RELU, small, 2))
                    .hasMessageContaining("tiles in 2 splits is 16384");
        }
    }

    @Test
    void whatDoesNotFitThePlanIsRefused() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            ConvolutionKernels kernels = new ConvolutionKernels(rig.library(), TYPE);
            ConvolutionShape shape = new ConvolutionShape(1, 4, 4, 64, 16, 3, 3, 1, 1);
            ConvolutionPlan plan = kernels.plan(shape, ADDED, kernels.variants().get(4), 2);
            Matrix in = new Matrix(0x10000, 16, 64, 64);
            Matrix out = new Matrix(0x20000, 16, 16, 16);
            Matrix added = new Matrix(0x30000, 16, 16, 16);
            refused(rig, kernels, plan, in.firstRows(15), 256, 0, added, out, 256, "in is 15 x 64; 16 x 64 is needed");
            refused(rig, kernels, plan, in, 256, 0, added, out.firstRows(15), 256, "out is 15 x 16; 16 x 16");
            refused(rig, kernels, plan, new Matrix(0x10000, 16, 64, 65), 256, 0, added, out, 256, "row to row of in");
            refused(rig, kernels, plan, in, 264, 0, added, out, 256, "weight lies at 0x108");
            refused(rig, kernels, plan, in, 256, 260, added, out, 256, "bias lies at 0x104");
            refused(rig, kernels, plan, in, 256, 0, null, out, 256, "a residual was planned; there is none");
            refused(rig, kernels, plan, in, 256, 0, added.firstRows(15), out, 256, "residual is 15 x 16");
            refused(rig, kernels, plan, in, 256, 0, added, new Matrix(0x10040, 16, 16, 16), 256, "out overlaps in");
            refused(rig, kernels, plan, in, 256, 0, added, out, 0, "workspace lies at 0x0");
            ConvolutionKernels others = new ConvolutionKernels(rig.library(), ElementType.BF16);
            refused(rig, others, plan, in, 256, 0, added, out, 256, "a plan for f16, kernels for bf16");
            assertThat(rig.launches()).isEmpty();
        }
    }

    private static void refused(
            KernelRig rig,
            ConvolutionKernels kernels,
            ConvolutionPlan plan,
            Matrix in,
            long weight,
            long bias,
            Matrix residual,
            Matrix out,
            long workspace,
            String why) {
        assertThatThrownBy(() -> kernels.record(rig.stream(), plan, in, weight, bias, residual, out, workspace))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("convolution: ")
                .hasMessageContaining(why);
    }
}
