package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GatherKernelTest {
    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void rowsAreTakenWholeAndInOrder(ElementType type) {
        int[] rows = {3, 0, 4, 4};
        for (int columns : new int[] {1, 8, 27, 768, 1288}) {
            float[] in = DeviceMatrices.random(type, new Random(columns), 5 * columns, 0, 1);
            try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
                DeviceMatrices matrices = new DeviceMatrices(rig, type);
                Matrix out = matrices.raw(rows.length, columns);
                new GatherKernel(rig.library(), type)
                        .record(rig.stream(), matrices.of(5, columns, in), rig.ints(rows), out);
                float[] result = matrices.read(out);
                for (int i = 0; i < result.length; i++) {
                    assertThat(result[i]).isEqualTo(in[rows[i / columns] * columns + i % columns]);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void whatDoesNotFitIsRefused(ElementType type) {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            GatherKernel gather = new GatherKernel(rig.library(), type);
            Matrix in = new Matrix(256, 2, 8, 8);
            assertThatThrownBy(() -> gather.record(rig.stream(), new Matrix(256, 2, 3, 3), 256, in))
                    .hasMessageContaining("gather_rows: bytes from row to row of in");
            assertThatThrownBy(() -> gather.record(rig.stream(), in, 258, new Matrix(512, 2, 8, 8)))
                    .hasMessageContaining("rows lies at 0x102");
            assertThatThrownBy(() -> gather.record(rig.stream(), in, 256, new Matrix(512, 2, 16, 16)))
                    .hasMessageContaining("out is 2 x 16; 2 x 8 is needed");
            assertThatThrownBy(() -> gather.record(rig.stream(), in, 256, in)).hasMessageContaining("out overlaps in");
        }
    }
}
