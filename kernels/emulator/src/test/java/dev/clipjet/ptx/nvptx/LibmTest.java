package dev.clipjet.ptx.nvptx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Functions of newlib's libm, compiled by GCC, give on the emulator what Java's give, and no check complains. */
class LibmTest {
    private static final int INPUTS = Integer.getInteger("clipjet.nvptx.inputs", 2048) + 31 & -32;

    @Test
    void doublePrecisionAgreesWithJava() throws IOException {
        compare(false);
    }

    @Test
    void singlePrecisionAgreesWithJava() throws IOException {
        compare(true);
    }

    private static void compare(boolean single) throws IOException {
        FunctionRunner runner = new FunctionRunner(new Libraries(Corpus.folder(), "libm.a", "libc.a", "libgcc.a"));
        List<String> wrong = new ArrayList<>();
        for (Libm function : Libm.FUNCTIONS) {
            String name = single ? function.name() + "f" : function.name();
            double[][] inputs = function.inputs(INPUTS, single);
            long[][] bits = new long[function.arguments()][inputs.length];
            for (int i = 0; i < bits.length; i++) {
                for (int n = 0; n < inputs.length; n++) {
                    bits[i][n] = bits(inputs[n][i], single);
                }
            }
            String type = single ? "f32" : "f64";
            long[] results;
            try {
                results = runner.run(name, type, Collections.nCopies(function.arguments(), type), bits);
            } catch (RuntimeException failed) {
                wrong.add(name + ": " + failed);
                continue;
            }
            double worst = 0;
            int at = 0;
            for (int n = 0; n < inputs.length; n++) {
                double distance = function.distance(inputs[n][0], inputs[n][1], value(results[n], single), single);
                if (distance > worst) {
                    worst = distance;
                    at = n;
                }
            }
            System.out.printf("%-10s %d inputs, at most %.3f units in the last place%n", name, inputs.length, worst);
            if (worst > function.bound()[single ? 1 : 0]) {
                wrong.add(String.format(
                        "%s of %s and %s is %s, off by %s",
                        name, inputs[at][0], inputs[at][1], value(results[at], single), worst));
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static long bits(double value, boolean single) {
        return single ? Float.floatToRawIntBits((float) value) & 0xffff_ffffL : Double.doubleToRawLongBits(value);
    }

    private static double value(long bits, boolean single) {
        return single ? Float.intBitsToFloat((int) bits) : Double.longBitsToDouble(bits);
    }
}
