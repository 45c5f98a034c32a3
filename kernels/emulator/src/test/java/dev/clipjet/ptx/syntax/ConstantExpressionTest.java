package dev.clipjet.ptx.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConstantExpressionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "2+3*4; 14",
                "(2+3)*4; 20",
                "-8+4; -4",
                "10-4-3; 3",
                "2*-3; -6",
                "- - 5; 5",
                "~5; -6",
                "!5; 0",
                "!5+1; 1",
                "!0; 1",
                "+7; 7",
                "1<<4+1; 32",
                "1|6&3^1; 3",
                "1==1&&2!=2; 0",
                "0||3; 1",
                "1<2==1; 1",
                "100/7; 14",
                "100 % 7; 2",
                "-7/2; -3",
                "1 ? 2 : 3; 2",
                "0 ? 2 : 1 ? 4 : 5; 4",
                "WARP_SZ-1; 31",
                // Signed and unsigned.
                "-1 >> 1; -1",
                "(.u64)-1 >> 63; 1",
                "-1 < 0; 1",
                "-1 < 0U; 0",
                "-1 / 2U; 9223372036854775807",
                "~0 / 2; 9223372036854775807",
                "(.s64)~0 / 2; 0",
                "-1 % 10; 5",
                "0x8000000000000000 >> 63; 1",
                "1 << 64; 0",
                "-1 >> 64; -1",
                // The literal needs the unsigned type, and so has what is computed from it.
                "-9223372036854775808 / -1; 0",
                "(-9223372036854775807-1) / -1; -9223372036854775808",
                // A comparison of fractions is an integer.
                "1.0 > 0.5 + 0.25; 1",
                "(1.0 < 0.5) + 2; 2"
            })
    void integers(String expression, long value) {
        assertThat(Ptx.operand(expression)).isEqualTo(new Operand.IntegerLiteral(value));
    }

    @ParameterizedTest
    @CsvSource({"1.0/3.0, 0.3333333333333333", "-1.5*2.0+0.25, -2.75", "1 ? 2.5 : 3.5, 2.5", "1e300*1e300, Infinity"})
    void doubles(String expression, double value) {
        assertThat(Ptx.operand(expression)).isEqualTo(new Operand.DoubleLiteral(Double.doubleToRawLongBits(value)));
    }

    @Test
    void depthIsBoundedAndLengthIsNot() {
        assertThat(Ptx.operand("1" + "+1".repeat(100_000))).isEqualTo(new Operand.IntegerLiteral(100_001));
        assertThat(Ptx.operand("(".repeat(20) + "1" + ")".repeat(20))).isEqualTo(new Operand.IntegerLiteral(1));
    }
}
