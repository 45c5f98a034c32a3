package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.LaunchResult;
import dev.clipjet.ptx.profile.MemoryCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Global memory is read and written in whole sectors, and shared memory without bank conflicts: as the emulator counts them. */
class AccessPatternTest {
    /** Texts of 512 and 640; B/32, L/14, SO400M and H/14. */
    private static final int[] WIDTHS = {512, 640, 768, 1024, 1152, 1280};

    private static final int ROWS = 2;

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void layerNormTouchesNoSectorInVain(ElementType type) {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            LayerNormKernel kernel = new LayerNormKernel(rig.library(), type);
            for (int columns : WIDTHS) {
                float[] values = DeviceMatrices.random(type, new Random(1), ROWS * columns, 0, 1);
                Matrix in = aligned(rig, type, columns, values);
                Matrix branch = aligned(rig, type, columns, values);
                Matrix out = aligned(rig, type, columns, values);
                long parameters = rig.values(ElementType.F32, new float[columns]);
                kernel.record(rig.stream(), in, parameters, parameters, 1e-5f, out);
                kernel.recordAdding(rig.stream(), in, branch, parameters, parameters, 1e-5f, out);
            }
            for (int i = 0; i < rig.launches().size(); i++) {
                LaunchResult launch = rig.launches().get(i);
                assertThat(wasted(launch)).isEmpty();
                assertThat(conflicts(launch)).isEmpty();
                // Each matrix once, and the parameters once a row: no second pass over memory.
                int columns = WIDTHS[i / 2];
                int matrices = i % 2 == 0 ? 2 : 4;
                long bytes = ROWS * (matrices * (long) columns * type.bytes() + 2L * columns * Float.BYTES);
                assertThat(MemoryCounters.sum(launch.memory().sectors)).isEqualTo(bytes / 32);
            }
        }
    }

    /** Heads whose rows are whole sectors; {@code -Dclipjet.kernels.long} takes more of them. */
    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void attentionIsCoalescedAndFreeOfConflicts(ElementType type) {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            for (int headDim : Modes.LONG ? new int[] {64, 80, 96, 112, 128} : new int[] {64, 80}) {
                LaunchResult launch = attention(rig, type, headDim, false);
                assertThat(wasted(launch)).as("heads of %d", headDim).isEmpty();
                assertThat(conflicts(launch)).as("heads of %d", headDim).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void pooledAttentionIsCoalesced(ElementType type) {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            for (int headDim : new int[] {64, 80, 128}) {
                LaunchResult launch = attention(rig, type, headDim, true);
                assertThat(wasted(launch)).as("heads of %d", headDim).isEmpty();
                // The query is stored across, once, so that the loop over keys reads it without conflicts.
                assertThat(conflicts(launch))
                        .as("heads of %d", headDim)
                        .hasSizeLessThanOrEqualTo(1)
                        .allMatch(text -> text.contains("st.shared.f32"));
            }
        }
    }

    /** Heads of 72, 88 and 104 columns of fp16 begin in the middle of a sector: some more sectors, and no conflicts. */
    @Test
    void headsOfHalfSectorsCostMoreSectors() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            for (int headDim : new int[] {72, 88, 104}) {
                LaunchResult launch = attention(rig, ElementType.F16, headDim, false);
                assertThat(conflicts(launch)).as("heads of %d", headDim).isEmpty();
                long ideal = MemoryCounters.sum(launch.memory().idealSectors);
                assertThat(MemoryCounters.sum(launch.memory().sectors)).isBetween(ideal + 1, ideal * 3 / 2);
            }
        }
    }

    private static LaunchResult attention(KernelRig rig, ElementType type, int headDim, boolean pooled) {
        AttentionCase.of(type, new int[] {70, 34}, 0, 2, headDim, false).check(rig, pooled);
        return rig.launches().get(rig.launches().size() - 1);
    }

    /** A matrix whose stride is its width. */
    private static Matrix aligned(KernelRig rig, ElementType type, int columns, float[] values) {
        return new Matrix(rig.values(type, values), ROWS, columns, columns);
    }

    /** Instructions that touched more sectors than their lanes asked for. */
    private static List<String> wasted(LaunchResult launch) {
        return worse(launch, launch.memory().sectors, launch.memory().idealSectors, "sectors");
    }

    /** Instructions that took more wavefronts of shared memory than they had to. */
    private static List<String> conflicts(LaunchResult launch) {
        return worse(launch, launch.memory().wavefronts, launch.memory().idealWavefronts, "wavefronts");
    }

    private static List<String> worse(LaunchResult launch, long[] count, long[] ideal, String what) {
        List<String> worse = new ArrayList<>();
        for (int pc = 0; pc < count.length; pc++) {
            if (count[pc] > ideal[pc]) {
                worse.add(launch.kernel() + ": " + launch.code().steps()[pc].text() + ": " + count[pc] + " " + what
                        + " instead of " + ideal[pc]);
            }
        }
        return worse;
    }
}
