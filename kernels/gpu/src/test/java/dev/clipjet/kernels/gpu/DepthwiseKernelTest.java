package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.device.DeviceProperties;
import dev.clipjet.kernels.cases.DepthwiseCase;
import dev.clipjet.kernels.cases.KernelCases;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.Approximations;
import dev.clipjet.ptx.exec.LaunchResult;
import dev.clipjet.ptx.profile.MemoryCounters;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class DepthwiseKernelTest {
    /** With one SM, sizes that a test can afford already make long strips; an H200 takes short ones for them. */
    private static final DeviceProperties SMALL = oneMultiprocessor();

    private static DeviceProperties oneMultiprocessor() {
        DeviceProperties h200 = EmulatedDevice.h200();
        return new DeviceProperties(
                "Emulated SM",
                h200.computeMajor(),
                h200.computeMinor(),
                1,
                h200.sharedBytesPerBlock(),
                h200.sharedBytesPerMultiprocessor(),
                h200.registersPerMultiprocessor(),
                h200.maxThreadsPerBlock(),
                h200.maxThreadsPerMultiprocessor(),
                h200.maxBlocksPerMultiprocessor(),
                h200.totalMemory());
    }

    static List<DepthwiseCase> cases() {
        return KernelCases.oddDepthwise();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sumsOfIntegersAreExact(DepthwiseCase depthwise) {
        DepthwiseShape shape = Shapes.of(depthwise);
        int channels = shape.channels();
        for (DeviceProperties device : new DeviceProperties[] {EmulatedDevice.h200(), SMALL}) {
            try (KernelRig rig =
                    new KernelRig(device, ExecutionOptions.standard().withCounters(false))) {
                for (ElementType type : ElementType.computing()) {
                    DepthwiseProblem problem =
                            DepthwiseProblem.integers(type, shape, (channels + type.ordinal()) % 2 == 0, channels);
                    float[] out = problem.run(rig);
                    double[] expected = problem.reference();
                    assertThat(out).hasSize(expected.length);
                    for (int i = 0; i < out.length; i++) {
                        assertThat((double) out[i])
                                .as("%s %s: pixel %d, channel %d", type, shape, i / channels, i % channels)
                                .isEqualTo(expected[i]);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void errorIsThatOfThePlainComputation(ElementType type) {
        ExecutionOptions options = ExecutionOptions.standard()
                .withApproximations(Approximations.PERTURBED)
                .withCounters(false);
        try (KernelRig rig = new KernelRig(SMALL, options)) {
            int turn = 0;
            for (int kernel : new int[] {3, 5, 7}) {
                for (int stride = 1; stride <= 2; stride++) {
                    for (Activation activation : Activation.values()) {
                        DepthwiseShape shape = new DepthwiseShape(1, 9, 10, 38, kernel, stride, kernel / 2);
                        DepthwiseProblem problem = DepthwiseProblem.random(type, shape, activation, turn++);
                        Accuracy.assertNoWorse(
                                shape + " " + activation, problem.run(rig), problem.plain(), problem.reference());
                    }
                }
            }
        }
    }

    /** Maps whose pixels are whole sectors, of a stage of ConvNeXt and of one with fewer channels than a warp has lanes for. */
    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void wholeSectorsAreMoved(ElementType type) {
        for (DeviceProperties device : new DeviceProperties[] {EmulatedDevice.h200(), SMALL}) {
            try (KernelRig rig =
                    new KernelRig(device, ExecutionOptions.standard().withCounters(true))) {
                for (int channels : new int[] {64, 96, 192}) {
                    for (int stride = 1; stride <= 2; stride++) {
                        DepthwiseShape shape = new DepthwiseShape(1, 9, 17, channels, 7, stride, 3);
                        LaunchResult launch =
                                DepthwiseProblem.integers(type, shape, true, 1).runAligned(rig);
                        assertThat(wasteful(launch)).as(shape.toString()).isEmpty();
                        assertThat(MemoryCounters.sum(launch.memory().sectors)).isPositive();
                    }
                }
            }
        }
    }

    private static List<String> wasteful(LaunchResult launch) {
        List<String> wasteful = new ArrayList<>();
        MemoryCounters memory = launch.memory();
        for (int pc = 0; pc < launch.executions().length; pc++) {
            if (memory.sectors[pc] > memory.idealSectors[pc]) {
                wasteful.add(launch.kernel() + ": " + launch.code().steps()[pc].text() + ": " + memory.sectors[pc]
                        + " sectors, " + memory.idealSectors[pc] + " ideal");
            }
        }
        return wasteful;
    }

    /** Long strips ask for each pixel of the input less often than short ones do. */
    @Test
    void strips_fit_the_device() {
        DepthwiseShape shape = new DepthwiseShape(1, 16, 16, 64, 7, 1, 3);
        long[] sectors = new long[2];
        String[] kernels = new String[2];
        DeviceProperties[] devices = {EmulatedDevice.h200(), SMALL};
        for (int i = 0; i < 2; i++) {
            try (KernelRig rig =
                    new KernelRig(devices[i], ExecutionOptions.standard().withCounters(true))) {
                LaunchResult launch = DepthwiseProblem.integers(ElementType.F16, shape, true, 1)
                        .runAligned(rig);
                sectors[i] = MemoryCounters.sum(launch.memory().sectors);
                kernels[i] = launch.kernel();
            }
        }
        assertThat(kernels).containsExactly("depthwise_7x7_stride1_strip2_f16", "depthwise_7x7_stride1_strip8_f16");
        assertThat(sectors[1]).isLessThan(sectors[0] / 2);
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatThrownBy(() -> new DepthwiseShape(0, 8, 8, 8, 3, 1, 1)).hasMessageContaining("images is 0");
        assertThatThrownBy(() -> new DepthwiseShape(1, 8, 8, 8, 4, 1, 1)).hasMessageContaining("a kernel of 4");
        assertThatThrownBy(() -> new DepthwiseShape(1, 8, 8, 8, 3, 3, 1)).hasMessageContaining("a stride of 3");
        assertThatThrownBy(() -> new DepthwiseShape(1, 8, 8, 8, 3, 1, 3)).hasMessageContaining("a padding of 3");
        assertThatThrownBy(() -> new DepthwiseShape(1, 8, 2, 8, 5, 1, 1))
                .hasMessageContaining("a map of 8 x 2 with a padding of 1 is smaller than a kernel of 5");
        assertThatThrownBy(() -> new DepthwiseShape(60000, 1000, 1000, 8, 3, 1, 1))
                .hasMessageContaining("pixels is");
        assertThatThrownBy(() -> new DepthwiseShape(1, 1 << 20, 1, 8, 3, 1, 1))
                .hasMessageContaining("rows of an output is 1048576");
    }

    @Test
    void whatDoesNotFitTheShapeIsRefused() {
        DepthwiseShape shape = new DepthwiseShape(1, 4, 4, 8, 3, 2, 1);
        Matrix in = new Matrix(0x10000, 16, 8, 8);
        Matrix weight = new Matrix(0x20000, 9, 8, 8);
        Matrix out = new Matrix(0x30000, 4, 8, 8);
        refused(shape, new Matrix(0x10000, 15, 8, 8), weight, 0, out, "in is 15 x 8; 16 x 8 is needed");
        refused(shape, new Matrix(0x10000, 16, 8, 9), weight, 0, out, "bytes from row to row of in");
        refused(shape, in, new Matrix(0x20000, 8, 9, 16), 0, out, "weight is 8 x 9; 9 x 8 is needed");
        refused(shape, in, weight, 0, new Matrix(0x30000, 16, 8, 8), "out is 16 x 8; 4 x 8 is needed");
        refused(shape, in, weight, 0, new Matrix(0x10010, 4, 8, 8), "out overlaps in");
        refused(shape, in, weight, 0x40004, out, "bias lies at 0x40004");
    }

    private static void refused(DepthwiseShape shape, Matrix in, Matrix weight, long bias, Matrix out, String why) {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            DepthwiseKernel kernel = new DepthwiseKernel(rig.library(), ElementType.F16);
            assertThatThrownBy(() -> kernel.record(rig.stream(), shape, in, weight, bias, Activation.NONE, out))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("depthwise: ")
                    .hasMessageContaining(why);
            assertThat(rig.launches()).isEmpty();
        }
    }
}
