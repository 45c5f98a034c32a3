package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GatherKernelTest {
    @ParameterizedTest
    @EnumSource(StorageType.class)
    void rowsAreTakenWholeAndInOrder(StorageType type) {
        int[] rows = {3, 0, 4, 4};
        for (int columns : new int[] {8, 24, 768, 1288}) {
            float[] in = new float[5 * columns];
            Random random = new Random(columns);
            for (int i = 0; i < in.length; i++) {
                in[i] = StoredValues.rounded(type, (float) random.nextGaussian());
            }
            try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
                long out = rig.raw(type, rows.length * columns);
                new GatherKernel(rig.library(), type)
                        .record(rig.stream(), columns, rig.values(type, in), rig.ints(rows), rows.length, out);
                float[] result = rig.read(type, out, rows.length * columns);
                for (int i = 0; i < result.length; i++) {
                    assertThat(result[i]).isEqualTo(in[rows[i / columns] * columns + i % columns]);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(StorageType.class)
    void whatDoesNotFitIsRefused(StorageType type) {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            GatherKernel gather = new GatherKernel(rig.library(), type);
            assertThatThrownBy(() -> gather.record(rig.stream(), 3, 256, 256, 1, 512))
                    .hasMessageContaining("gather_rows: bytes of a row");
            assertThatThrownBy(() -> gather.record(rig.stream(), 8, 264, 256, 1, 512))
                    .hasMessageContaining("in lies at 0x108");
            assertThatThrownBy(() -> gather.record(rig.stream(), 8, 256, 256, 0, 512))
                    .hasMessageContaining("sequences is 0");
        }
    }
}
