package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AttentionKernelTest {
    /** Every head width that towers have, in short sequences: one token, none, an odd count, a whole tile and one more. */
    @ParameterizedTest
    @MethodSource("modes")
    void everyHeadWidth(ExecutionOptions options) {
        try (KernelRig rig = new KernelRig(options)) {
            for (ElementType type : ElementType.computing()) {
                for (int headDim : new int[] {8, 16, 32, 64, 72, 80, 88, 104, 112, 128}) {
                    int[] lengths = headDim == 64 ? new int[] {1, 0, 17, 10} : new int[] {19};
                    AttentionCase.of(type, lengths, 2, headDim == 64 ? 3 : 2, headDim, headDim % 16 == 0)
                            .check(rig, false);
                }
            }
        }
    }

    /** Several tiles of queries and keys; the tokens of a B/32 image. */
    @ParameterizedTest
    @MethodSource("modes")
    void severalTiles(ExecutionOptions options) {
        try (KernelRig rig = new KernelRig(options)) {
            for (ElementType type : ElementType.computing()) {
                AttentionCase.of(type, new int[] {50}, 0, 1, 64, false).check(rig, false);
                AttentionCase.of(type, new int[] {131, 0, 64, 65}, 3, 1, 32, true)
                        .check(rig, false);
                AttentionCase.of(type, new int[] {150}, 0, 1, 80, false).check(rig, false);
            }
        }
    }

    /** Blocks of several warps: enough sequences that SMs have work anyway. */
    @ParameterizedTest
    @MethodSource("modes")
    void warpsShareKeys(ExecutionOptions options) {
        int[] lengths = new int[66];
        for (int s = 0; s < lengths.length; s++) {
            lengths[s] = s % 11 == 0 ? 0 : 1 + s % 3;
        }
        lengths[5] = 100;
        lengths[40] = 77;
        try (KernelRig rig = new KernelRig(options)) {
            for (ElementType type : ElementType.computing()) {
                AttentionCase.of(type, lengths, 1, 2, 16, true).check(rig, false);
                AttentionCase.of(type, lengths, 1, 2, 16, false).check(rig, false);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void pooledQueriesSeeTheirSequence(ExecutionOptions options) {
        try (KernelRig rig = new KernelRig(options)) {
            for (ElementType type : ElementType.computing()) {
                for (int headDim : new int[] {8, 32, 64, 72, 112, 128}) {
                    AttentionCase.of(type, new int[] {1, 0, 50, 13}, 2, 2, headDim, true)
                            .check(rig, true);
                }
                AttentionCase.of(type, new int[] {257}, 0, 1, 64, false).check(rig, true);
            }
        }
    }

    /** Everything after the last used sequence is empty, as in a graph that was recorded for more. */
    @Test
    void allSequencesMayBeEmpty() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            for (ElementType type : ElementType.computing()) {
                AttentionCase.of(type, new int[] {0, 0}, 4, 2, 64, true).check(rig, false);
                AttentionCase.of(type, new int[] {0, 0}, 4, 2, 64, true).check(rig, true);
            }
        }
    }

    /** L/14 at 224 and 336 pixels, H/14, the longest; {@code -Dclipjet.kernels.long}. */
    @Test
    void longSequences() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard().withCounters(false))) {
            for (ElementType type : ElementType.computing()) {
                if (Modes.LONG) {
                    AttentionCase.of(type, new int[] {1024}, 0, 1, 64, false).check(rig, false);
                    AttentionCase.of(type, new int[] {1024}, 0, 1, 64, true).check(rig, false);
                    AttentionCase.of(type, new int[] {577, 577}, 0, 2, 64, false)
                            .check(rig, false);
                    AttentionCase.of(type, new int[] {729}, 0, 2, 72, false).check(rig, false);
                    AttentionCase.of(type, new int[] {257, 257}, 0, 2, 80, false)
                            .check(rig, false);
                }
                AttentionCase.of(type, new int[] {257}, 0, 1, 80, false).check(rig, false);
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            AttentionKernel kernel = new AttentionKernel(rig.library(), ElementType.F16);
            AttentionShape shape = new AttentionShape(2, 10, 2, 64, true, false);
            Matrix good = new Matrix(4096, 20, 128, 128);
            Matrix out = new Matrix(65536, 20, 128, 128);
            assertThatThrownBy(() -> kernel.record(rig.stream(), shape, good, good, good, 0, out))
                    .hasMessageContaining("attention: starts lies at 0x0");
            assertThatThrownBy(() -> kernel.record(rig.stream(), shape, good, good, good, 256, good))
                    .hasMessageContaining("out overlaps query");
            Matrix narrow = new Matrix(4096, 20, 120, 128);
            assertThatThrownBy(() -> kernel.record(rig.stream(), shape, good, narrow, good, 256, out))
                    .hasMessageContaining("key is 20 x 120; 20 x 128 is needed");
            AttentionShape pooled = new AttentionShape(2, 10, 2, 64, false, true);
            assertThatThrownBy(() -> kernel.record(rig.stream(), pooled, good, good, good, 256, out))
                    .hasMessageContaining("query is 20 x 128; 2 x 128 is needed");
            AttentionShape odd = new AttentionShape(2, 10, 2, 20, true, false);
            assertThatThrownBy(() -> kernel.record(rig.stream(), odd, good, good, good, 256, out))
                    .hasMessageContaining("bytes of a head is 40, which is no multiple of 16");
            assertThatThrownBy(() -> new AttentionShape(2, 10, 2, 136, true, false))
                    .hasMessageContaining("headDim is 136; at most 128");
            assertThatThrownBy(() -> new AttentionShape(2, 5000, 2, 64, true, false))
                    .hasMessageContaining("longest is 5000");
            assertThatThrownBy(() -> new AttentionShape(2, 10, 2, 64, true, true))
                    .hasMessageContaining("pooled query");
        }
    }

    private static List<ExecutionOptions> modes() {
        return Modes.all();
    }
}
