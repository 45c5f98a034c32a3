package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Products of small integers are exact in every kernel, for sizes that no tile divides. */
class LinearExactTest {
    /** A shape, and the kernel that is to compute it. */
    record Case(StorageType type, String variant, int splits, int m, int n, int k, boolean bias, boolean residual) {
        @Override
        public String toString() {
            return type.suffix() + " " + variant + "/" + splits + " " + m + "x" + n + "x" + k + (bias ? " bias" : "")
                    + (residual ? " residual" : "");
        }
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (StorageType type : StorageType.values()) {
            for (LinearVariant variant : LinearVariant.of(type, true)) {
                int rows = variant.rows();
                int columns = variant.columns();
                boolean odd = (cases.size() & 1) != 0;
                cases.add(new Case(type, variant.name(), 1, 1, 1, 1, odd, !odd));
                cases.add(new Case(type, variant.name(), 1, rows + 1, columns + 9, 37, true, odd));
                cases.add(new Case(type, variant.name(), 3, 7, 8, 239, !odd, false));
                cases.add(new Case(type, variant.name(), 2, Math.min(rows + 3, 50), columns - 1, 768, odd, true));
            }
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sumsAreExact(Case each) {
        LinearProblem problem = LinearProblem.integers(
                each.type,
                each.m,
                each.n,
                each.k,
                each.bias,
                each.residual,
                each.toString().hashCode());
        float[] out = problem.run(ExecutionOptions.standard(), (kernels, p) -> {
                    LinearVariant variant = kernels.variants().stream()
                            .filter(v -> v.name().equals(each.variant))
                            .findFirst()
                            .orElseThrow();
                    return kernels.plan(each.m, each.n, each.k, Activation.NONE, each.residual, variant, each.splits);
                })
                .out();
        double[] expected = problem.reference();
        for (int i = 0; i < out.length; i++) {
            assertThat((double) out[i])
                    .as("row %d, column %d", i / each.n, i % each.n)
                    .isEqualTo(expected[i]);
        }
    }
}
