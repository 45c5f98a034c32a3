package dev.clipjet.ptx.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

/** Reports call memory by its name, and the host can ask which bytes were written. */
class NamedMemoryTest {
    @Test
    void reportsNameTheMemory() {
        try (Rig rig = Rig.of("basics.ptx", ExecutionOptions.standard());
                var x = rig.device().allocate(4 * 10, "the input x")) {
            rig.fill(x.address(), x.bytes());
            long y = rig.raw(4 * 11);
            assertThatThrownBy(() -> rig.launch("saxpy", Dim3.ONE, Dim3.of(32), 11, 1f, x.address(), y))
                    .isInstanceOf(KernelFindingsException.class)
                    .hasMessageContaining("past the end of the input x of 40 bytes");
        }
    }

    @Test
    void writtenBytesAreThoseOfCopiesFillsAndKernels() {
        try (Rig rig = Rig.of("basics.ptx", ExecutionOptions.standard())) {
            long x = rig.floats(1, 2, 3, 4);
            long y = rig.raw(4 * 8);
            assertThat(rig.device().written(x, 16).cardinality()).isEqualTo(16);
            assertThat(rig.device().written(y, 32).isEmpty()).isTrue();
            rig.fill(y, 16);
            rig.launch("saxpy", Dim3.ONE, Dim3.of(32), 4, 1f, x, y);
            assertThat(rig.device().written(y, 32)).isEqualTo(BitSet.valueOf(new long[] {0xffff}));
            assertThat(rig.device().written(y + 12, 8)).isEqualTo(BitSet.valueOf(new long[] {0xf}));
            assertThatThrownBy(() -> rig.device().written(y, 33)).isInstanceOf(DeviceException.class);
        }
    }
}
