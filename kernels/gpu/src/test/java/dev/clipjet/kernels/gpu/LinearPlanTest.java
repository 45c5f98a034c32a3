package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class LinearPlanTest {
    private static final ElementType TYPE = ElementType.F16;

    @Test
    void batchOneStreamsWeightsThroughEverySm() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            LinearKernels kernels = new LinearKernels(rig.library(), TYPE);
            int sms = EmulatedDevice.h200().multiprocessors();
            for (int[] layer : new int[][] {{2304, 768}, {768, 768}, {3072, 768}, {768, 3072}}) {
                LinearPlan plan = kernels.plan(50, layer[0], layer[1], Activation.NONE, false);
                assertThat(plan.grid().count()).as(plan.describe()).isGreaterThanOrEqualTo(sms);
            }
        }
    }

    @Test
    void batch256TakesWarpgroupsOnHopperAndLargeTilesElsewhere() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            LinearPlan plan =
                    new LinearKernels(rig.library(), TYPE).plan(12800, 2304, 768, Activation.QUICK_GELU, false);
            assertThat(plan.describe())
                    .isEqualTo("linear f16 12800 x 2304 x 768 quick_gelu: sm_90a/128x256, 900 blocks, 1 split");
            assertThat(plan.workspaceBytes()).isZero();
            assertThat(new LinearKernels(rig.library(), ElementType.F32).variants())
                    .allMatch(variant -> variant.target().equals(KernelLibrary.BASE_TARGET));
        }
        try (KernelRig rig = new KernelRig(EmulatedDevice.a100(), ExecutionOptions.standard())) {
            LinearPlan plan = new LinearKernels(rig.library(), TYPE).plan(12800, 2304, 768, Activation.NONE, false);
            assertThat(plan.variant().name()).isEqualTo("sm_80/128x128");
        }
    }

    /** Prints the plans of the models' layers with the times that the model gives them; see the class comment of GemmModel. */
    @Test
    void plansOfTheModels() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            LinearKernels kernels = new LinearKernels(rig.library(), TYPE);
            GemmModel model = new GemmModel(EmulatedDevice.h200(), TYPE);
            int[][] towers = {{10, 512}, {50, 768}, {197, 768}, {257, 1024}, {257, 1280}, {1600, 768}, {12800, 768}};
            for (int[] tower : towers) {
                int d = tower[1];
                for (int[] nk : new int[][] {{3 * d, d}, {d, d}, {4 * d, d}, {d, 4 * d}}) {
                    LinearPlan plan = kernels.plan(tower[0], nk[0], nk[1], Activation.NONE, false);
                    double clocks = clocks(kernels, model, plan.variant(), plan.splits(), tower[0], nk);
                    System.out.printf(Locale.ROOT, "%s, %.0f clocks%n", plan.describe(), clocks);
                    for (LinearVariant variant : kernels.variants()) {
                        assertThat(clocks).isLessThanOrEqualTo(clocks(kernels, model, variant, 1, tower[0], nk));
                    }
                }
            }
        }
    }

    private static double clocks(
            LinearKernels kernels, GemmModel model, LinearVariant variant, int splits, int m, int[] nk) {
        int kTiles = GemmVariant.kTiles(TYPE, nk[1]);
        return model.clocks(variant, splits, m, nk[0], kTiles, kernels.memoryBytes(m, nk[0], nk[1]));
    }

    @Test
    void planCanBeForced() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            LinearKernels kernels = new LinearKernels(rig.library(), TYPE);
            System.setProperty(LinearKernels.OVERRIDE, "sm_80/64x64/3");
            LinearPlan plan = kernels.plan(50, 768, 768, Activation.NONE, true);
            assertThat(plan.variant().name()).isEqualTo("sm_80/64x64");
            assertThat(plan.splits()).isEqualTo(3);
            assertThat(plan.workspaceBytes()).isEqualTo(4 * 4096 + 12 * 3 * 64 * 64 * 4);
            System.setProperty(LinearKernels.OVERRIDE, "sm_80/1x1");
            assertThatThrownBy(() -> kernels.plan(50, 768, 768, Activation.NONE, true))
                    .hasMessageContaining("clipjet.linear is sm_80/1x1; for f16 this device has [sm_80/128x128,");
            System.setProperty(LinearKernels.OVERRIDE, "sm_80/64x64/x");
            assertThatThrownBy(() -> kernels.plan(50, 768, 768, Activation.NONE, true))
                    .hasMessageContaining("clipjet.linear is sm_80/64x64/x");
        } finally {
            System.clearProperty(LinearKernels.OVERRIDE);
        }
    }

    @Test
    void whatCannotBePlannedIsRefused() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            LinearKernels kernels = new LinearKernels(rig.library(), TYPE);
            assertThatThrownBy(() -> kernels.plan(0, 8, 8, Activation.NONE, false))
                    .hasMessageContaining("m is 0");
            assertThatThrownBy(() -> kernels.plan(8, -1, 8, Activation.NONE, false))
                    .hasMessageContaining("n is -1");
            assertThatThrownBy(() -> kernels.plan(8, 8, 0, Activation.NONE, false))
                    .hasMessageContaining("k is 0");
            LinearVariant small = kernels.variants().get(5);
            assertThatThrownBy(() -> kernels.plan(8, 8, 64, Activation.NONE, false, small, 2))
                    .hasMessageContaining("splits of k = 64 is 2; at most 1");
            assertThatThrownBy(() -> kernels.plan(4096, 4096, 128, Activation.NONE, false, small, 2))
                    .hasMessageContaining("linear in 2 splits: tiles is 65536; at most 4096");
            assertThatThrownBy(() -> kernels.plan(16 * 65536, 8, 64, Activation.NONE, false, small, 1))
                    .hasMessageContaining("linear of sm_80/16x16: rows of tiles is 65536");
        }
    }

    @Test
    void whatDoesNotFitThePlanIsRefused() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            LinearKernels kernels = new LinearKernels(rig.library(), TYPE);
            LinearPlan plan = kernels.plan(
                    4, 16, 128, Activation.NONE, false, kernels.variants().get(5), 2);
            Matrix in = new Matrix(0x10000, 4, 128, 128);
            Matrix out = new Matrix(0x20000, 4, 16, 16);
            refused(rig, kernels, plan, new Matrix(0x10000, 5, 128, 128), 256, 0, out, 256, "in is 5 x 128, planned");
            refused(rig, kernels, plan, new Matrix(0x10000, 4, 127, 128), 256, 0, out, 256, "in is 4 x 127, planned");
            refused(rig, kernels, plan, new Matrix(0x10000, 4, 128, 129), 256, 0, out, 256, "bytes of a row of in");
            refused(rig, kernels, plan, in, 256, 0, new Matrix(0x20000, 4, 17, 24), 256, "out is 4 x 17, planned");
            refused(rig, kernels, plan, in, 256, 0, new Matrix(0x20000, 4, 16, 20), 256, "bytes of a row of out");
            refused(rig, kernels, plan, in, 256, 0, new Matrix(0x10100, 4, 16, 16), 256, "in and out overlap");
            refused(rig, kernels, plan, in, 264, 0, out, 256, "weight lies at 0x108");
            refused(rig, kernels, plan, in, 256, 260, out, 256, "bias lies at 0x104");
            refused(rig, kernels, plan, in, 256, 0, out, 0, "workspace lies at 0x0");
            Matrix other = new Matrix(0x30000, 4, 16, 16);
            assertThatThrownBy(() -> kernels.record(rig.stream(), plan, in, 256, 0, other, out, 256))
                    .hasMessageContaining("linear: no residual was planned");
            LinearPlan adding = kernels.plan(
                    4, 16, 128, Activation.RELU, true, kernels.variants().get(5), 2);
            assertThatThrownBy(() -> kernels.record(rig.stream(), adding, in, 256, 0, null, out, 256))
                    .hasMessageContaining("linear: a residual was planned; there is none");
            Matrix overlapping = new Matrix(0x20010, 4, 16, 16);
            assertThatThrownBy(() -> kernels.record(rig.stream(), adding, in, 256, 0, overlapping, out, 256))
                    .hasMessageContaining("linear: out overlaps residual");
            Matrix narrow = new Matrix(0x30000, 4, 15, 16);
            assertThatThrownBy(() -> kernels.record(rig.stream(), adding, in, 256, 0, narrow, out, 256))
                    .hasMessageContaining("linear: residual is 4 x 15; 4 x 16 is needed");
            LinearKernels others = new LinearKernels(rig.library(), ElementType.BF16);
            refused(rig, others, plan, in, 256, 0, out, 256, "a plan for f16, kernels for bf16");
            assertThat(rig.launches()).isEmpty();
        }
    }

    private static void refused(
            KernelRig rig,
            LinearKernels kernels,
            LinearPlan plan,
            Matrix in,
            long weight,
            long bias,
            Matrix out,
            long workspace,
            String why) {
        assertThatThrownBy(() -> kernels.record(rig.stream(), plan, in, weight, bias, out, workspace))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("linear: ")
                .hasMessageContaining(why);
    }
}
