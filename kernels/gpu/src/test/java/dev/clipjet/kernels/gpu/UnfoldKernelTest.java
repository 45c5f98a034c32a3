package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnfoldKernelTest {
    private static final int[] CENTER = {123, 0, 255};

    /** Images, side, patch: minimal, odd, a remainder that is left out, small golden models, parts of B/32, L/14, SO400M. */
    @ParameterizedTest
    @CsvSource({"1,1,1", "2,7,3", "1,9,2", "3,32,8", "2,64,32", "1,96,16", "1,57,14", "40,28,14"})
    void patchesBecomeRows(int images, int side, int patch) {
        Random random = new Random(side);
        byte[] bytes = new byte[images * side * side * 3];
        random.nextBytes(bytes);
        float[] floats = DeviceMatrices.random(ElementType.F32, random, images * 3 * side * side, 0, 1);
        int grid = side / patch;
        int columns = 3 * patch * patch;
        float[] centered = new float[images * grid * grid * columns];
        float[] plain = new float[centered.length];
        for (int i = 0; i < centered.length; i++) {
            int k = i % columns;
            int row = i / columns;
            int c = k / (patch * patch);
            int y = row / grid % grid * patch + k / patch % patch;
            int x = row % grid * patch + k % patch;
            int image = row / grid / grid;
            centered[i] = (bytes[((image * side + y) * side + x) * 3 + c] & 0xff) - CENTER[c];
            plain[i] = floats[((image * 3 + c) * side + y) * side + x];
        }
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard().withSeed(side))) {
            for (ElementType type : ElementType.computing()) {
                DeviceMatrices matrices = new DeviceMatrices(rig, type);
                UnfoldKernel kernel = new UnfoldKernel(rig.library(), type);
                Matrix out = matrices.raw(images * grid * grid, columns);
                kernel.recordBytes(rig.stream(), rig.bytes(ByteBuffer.wrap(bytes)), side, patch, CENTER, out);
                assertThat(matrices.read(out)).isEqualTo(centered);
                Matrix other = matrices.raw(images * grid * grid, columns);
                kernel.recordFloats(rig.stream(), rig.values(ElementType.F32, floats), side, patch, other);
                assertThat(matrices.read(other)).isEqualTo(StoredValues.rounded(type, plain));
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            UnfoldKernel kernel = new UnfoldKernel(rig.library(), ElementType.F16);
            Matrix out = new Matrix(4096, 4, 48, 48);
            assertThatThrownBy(() -> kernel.recordBytes(rig.stream(), 256, 3, 4, CENTER, out))
                    .hasMessageContaining("unfold_bytes: a side of 3 pixels is less than a patch of 4");
            assertThatThrownBy(() -> kernel.recordBytes(rig.stream(), 257, 8, 4, CENTER, out))
                    .hasMessageContaining("images lies at 0x101");
            assertThatThrownBy(() -> kernel.recordBytes(rig.stream(), 256, 12, 4, CENTER, out))
                    .hasMessageContaining("rows of out is 4, which is no multiple of 9");
            assertThatThrownBy(() -> kernel.recordFloats(rig.stream(), 256, 8, 4, new Matrix(4096, 4, 40, 40)))
                    .hasMessageContaining("out is 4 x 40; 4 x 48 is needed");
            assertThatThrownBy(() -> kernel.recordBytes(rig.stream(), 256, 8, 4, new int[] {1, 2, 256}, out))
                    .hasMessageContaining("center 256");
            assertThatThrownBy(() -> kernel.recordBytes(rig.stream(), 256, 8, 4, new int[] {1, 2}, out))
                    .hasMessageContaining("2 centers");
        }
    }
}
