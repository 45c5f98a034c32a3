package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.numeric.ElementType;
import org.junit.jupiter.api.Test;

class MatrixTest {
    @Test
    void partsShareTheStride() {
        Matrix matrix = new Matrix(4096, 5, 30, 32);
        assertThat(matrix.bytes(ElementType.F16)).isEqualTo(320);
        assertThat(matrix.columnRange(8, 16, ElementType.F16)).isEqualTo(new Matrix(4112, 5, 16, 32));
        assertThat(matrix.firstRows(2)).isEqualTo(new Matrix(4096, 2, 30, 32));
    }

    @Test
    void whatIsNoMatrixIsRefused() {
        assertThatThrownBy(() -> new Matrix(0, 1, 1, 8)).hasMessageContaining("0x0");
        assertThatThrownBy(() -> new Matrix(264, 1, 1, 8)).hasMessageContaining("0x108");
        assertThatThrownBy(() -> new Matrix(256, 0, 1, 8)).hasMessageContaining("0 x 1");
        assertThatThrownBy(() -> new Matrix(256, 1, 9, 8)).hasMessageContaining("stride 8");
        Matrix matrix = new Matrix(4096, 5, 30, 32);
        assertThatThrownBy(() -> matrix.columnRange(16, 16, ElementType.F16))
                .hasMessageContaining("16 columns from 16");
        assertThatThrownBy(() -> matrix.columnRange(1, 8, ElementType.F16)).hasMessageContaining("not aligned");
        assertThatThrownBy(() -> matrix.firstRows(6)).hasMessageContaining("6 rows of 5");
    }
}
