package dev.clipjet.ptx.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.Approximations;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Instructions that the architecture only bounds: within the bound in both modes, and on its edge in neither by chance alone. */
class ApproximateFormsTest {
    /** Whether a form is judged here. */
    static boolean covers(Form form) {
        return form.has("approx") || form.has("full");
    }

    private static DoubleUnaryOperator function(String opcode) {
        return switch (opcode) {
            case "ex2" -> x -> StrictMath.pow(2, x);
            case "lg2" -> x -> StrictMath.log(x) / StrictMath.log(2);
            case "rcp" -> x -> 1 / x;
            case "rsqrt" -> x -> x == 0 ? Math.copySign(Double.POSITIVE_INFINITY, x) : 1 / StrictMath.sqrt(x);
            case "sqrt" -> StrictMath::sqrt;
            case "sin" -> StrictMath::sin;
            case "cos" -> StrictMath::cos;
            case "tanh" -> StrictMath::tanh;
            default -> throw new IllegalArgumentException(opcode);
        };
    }

    /** The documented error for a true value of single precision. */
    private static double bound(String opcode, double value) {
        double magnitude = Math.abs(value);
        return switch (opcode) {
            case "ex2" -> 2 * Math.ulp((float) magnitude);
            case "lg2" -> magnitude < 1 ? 0x1p-22 : magnitude * 0x1p-22;
            case "rcp" -> Math.ulp((float) magnitude);
            case "rsqrt" -> magnitude * Math.pow(2, -22.9);
            case "sqrt" -> magnitude * 0x1p-23;
            case "sin", "cos" -> Math.pow(2, -20.5);
            default -> magnitude * 0x1p-11;
        };
    }

    @ParameterizedTest
    @EnumSource(Approximations.class)
    void staysWithinTheDocumentedBound(Approximations mode) {
        ExecutionOptions options =
                ExecutionOptions.standard().withApproximations(mode).withSeed(mode.ordinal() * 7L);
        List<String> wrong = new ArrayList<>();
        int forms = 0;
        for (Form form : Candidates.all()) {
            if (!covers(form) || !FormRunner.accepted(form)) {
                continue;
            }
            forms++;
            if (form.opcode().equals("div")) {
                divide(form, options, wrong);
            } else if (form.type().equals("f32")) {
                single(form, options, wrong);
            } else if (form.type().equals("f64")) {
                twice(form, options, wrong);
            } else {
                half(form, options, wrong);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(forms).isGreaterThan(20);
    }

    private static void single(Form form, ExecutionOptions options, List<String> wrong) {
        Random random = new Random(1);
        boolean periodic = form.opcode().equals("sin") || form.opcode().equals("cos");
        long[] x = new long[2000];
        for (int i = 0; i < x.length; i++) {
            float value = periodic
                    ? (random.nextFloat() - 0.5f) * 12.5f
                    : i % 2 == 0 ? Float.intBitsToFloat(random.nextInt()) : random.nextFloat() * 20 - 4;
            x[i] = Float.floatToRawIntBits(value) & 0xffff_ffffL;
        }
        long[] results = FormRunner.run(form, new long[][] {x}, 0, options);
        for (int i = 0; i < x.length; i++) {
            float operand = Float.intBitsToFloat((int) x[i]);
            boolean flushed = form.has("ftz") && Math.abs(operand) < Float.MIN_NORMAL;
            double expected = function(form.opcode()).applyAsDouble(flushed ? Math.copySign(0f, operand) : operand);
            float result = Float.intBitsToFloat((int) results[i]);
            boolean tiny = form.has("ftz") && Math.abs(expected) < Float.MIN_NORMAL * 1.0001;
            boolean overflow = Math.abs(expected) > Float.MAX_VALUE;
            boolean good = Double.isNaN(expected)
                    ? Float.isNaN(result)
                    : overflow
                            ? Math.abs(result) >= Float.MAX_VALUE
                            : tiny
                                    ? Math.abs(result) <= Float.MIN_NORMAL
                                    : Math.abs(result - expected) <= bound(form.opcode(), expected);
            if (!good) {
                wrong.add(form.name() + " of " + operand + " is " + result + ", true is " + expected);
                return;
            }
        }
    }

    private static void twice(Form form, ExecutionOptions options, List<String> wrong) {
        Random random = new Random(2);
        long[] x = new long[500];
        for (int i = 0; i < x.length; i++) {
            x[i] = Double.doubleToRawLongBits(random.nextDouble() * 100 + 1e-3);
        }
        long[] results = FormRunner.run(form, new long[][] {x}, 0, options);
        for (int i = 0; i < x.length; i++) {
            double expected = function(form.opcode()).applyAsDouble(Double.longBitsToDouble(x[i]));
            if (Math.abs(Double.longBitsToDouble(results[i]) / expected - 1) > 0x1p-20) {
                wrong.add(form.name() + " is off by more than 2^-20");
                return;
            }
        }
    }

    private static void half(Form form, ExecutionOptions options, List<String> wrong) {
        Format format = form.type().startsWith("b") ? Format.BF16 : Format.F16;
        boolean packed = form.type().endsWith("x2");
        long[] x = new long[1 << 16];
        for (int i = 0; i < x.length; i++) {
            x[i] = packed ? i | (long) (0xffff - i) << 16 : i;
        }
        long[] results = FormRunner.run(form, new long[][] {x}, 0, options);
        double relative = form.opcode().equals("ex2") ? (format == Format.F16 ? Math.pow(2, -9.9) : 0x1p-7) : 0;
        double absolute = form.opcode().equals("tanh") ? (format == Format.F16 ? Math.pow(2, -10.987) : 0x1p-8) : 0;
        double least = format.value(1).toDouble();
        for (int i = 0; i < x.length; i++) {
            for (int part = 0; part < (packed ? 2 : 1); part++) {
                long operand = x[i] >>> 16 * part & 0xffff;
                long result = results[i] >>> 16 * part & 0xffff;
                if (format.isNan(operand)) {
                    if (!format.isNan(result)) {
                        wrong.add(form.name() + " of a NaN is " + Long.toHexString(result));
                        return;
                    }
                    continue;
                }
                double value = format.isInfinite(operand)
                        ? (format.negative(operand) ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY)
                        : format.value(operand).toDouble();
                double expected = function(form.opcode()).applyAsDouble(value);
                double largest = format.value(format.largest(false)).toDouble();
                boolean good = expected > largest
                        ? format.isInfinite(result) || result == format.largest(false)
                        : Math.abs(format.value(result).toDouble() - expected)
                                <= Math.max(least, Math.max(absolute, relative * expected));
                if (!good) {
                    wrong.add(form.name() + " of " + value + " is " + Long.toHexString(result));
                    return;
                }
            }
        }
    }

    private static void divide(Form form, ExecutionOptions options, List<String> wrong) {
        Random random = new Random(3);
        long[] a = new long[2000];
        long[] b = new long[2000];
        for (int i = 0; i < a.length; i++) {
            a[i] = Float.floatToRawIntBits(random.nextFloat() * 2000 - 1000) & 0xffff_ffffL;
            b[i] = Float.floatToRawIntBits(random.nextFloat() * 2000 - 1000) & 0xffff_ffffL;
        }
        long[] results = FormRunner.run(form, new long[][] {a, b}, 0, options);
        for (int i = 0; i < a.length; i++) {
            double expected = (double) Float.intBitsToFloat((int) a[i]) / Float.intBitsToFloat((int) b[i]);
            if (Math.abs(Float.intBitsToFloat((int) results[i]) - expected) > 2 * Math.ulp((float) expected)) {
                wrong.add(form.name() + " is off by more than two units in the last place");
                return;
            }
        }
    }
}
