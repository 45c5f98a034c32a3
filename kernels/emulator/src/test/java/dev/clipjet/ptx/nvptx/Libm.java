package dev.clipjet.ptx.nvptx;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * The functions of libm that Java has too.
 *
 * @param name name for double precision
 * @param arguments one or two
 * @param reference Java's function; with one argument the second is ignored
 * @param ranges most of the arguments are between minus this and this; positive only if negative
 * @param bound by how many units in the last place the result may differ from Java's, in double and in single precision. Both
 *     libraries are off by less than one unit in most functions and by less than two in the rest (and GCC fuses products with
 *     sums), so that twice that is allowed in double precision; in single precision, where Java's result is as good as exact,
 *     two, and three for the cubic root
 */
record Libm(String name, int arguments, DoubleBinaryOperator reference, double ranges, double[] bound) {
    static final List<Libm> FUNCTIONS = List.of(
            one("sin", StrictMath::sin, 100, 2, 2),
            one("cos", StrictMath::cos, 100, 2, 2),
            one("tan", StrictMath::tan, 100, 2, 2),
            one("asin", StrictMath::asin, 1, 2, 2),
            one("acos", StrictMath::acos, 1, 2, 2),
            one("atan", StrictMath::atan, 10, 2, 2),
            one("sinh", StrictMath::sinh, 20, 4, 2),
            one("cosh", StrictMath::cosh, 20, 4, 2),
            one("tanh", StrictMath::tanh, 10, 4, 2),
            one("exp", StrictMath::exp, 80, 2, 2),
            one("exp2", x -> StrictMath.pow(2, x), 100, 2, 2),
            one("expm1", StrictMath::expm1, 10, 2, 2),
            one("log", StrictMath::log, -1000, 2, 2),
            one("log2", x -> StrictMath.log(x) / StrictMath.log(2), -1000, 4, 2),
            one("log10", StrictMath::log10, -1000, 4, 2),
            one("log1p", StrictMath::log1p, -10, 2, 2),
            one("cbrt", StrictMath::cbrt, 1000, 2, 3),
            one("sqrt", Math::sqrt, -1000, 0, 0.5),
            one("floor", Math::floor, 100, 0, 0),
            one("ceil", Math::ceil, 100, 0, 0),
            one("rint", Math::rint, 100, 0, 0),
            one("trunc", x -> x < 0 ? Math.ceil(x) : Math.floor(x), 100, 0, 0),
            one("fabs", Math::abs, 100, 0, 0),
            two("pow", Libm::pow, -20, 2, 2),
            two("atan2", StrictMath::atan2, 10, 2, 2),
            two("hypot", StrictMath::hypot, 1000, 2, 2),
            two("fmod", (x, y) -> x % y, 1000, 0, 0),
            two("remainder", Math::IEEEremainder, 1000, 0, 0),
            two("fmax", (x, y) -> Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.max(x, y), 10, 0, 0),
            two("fmin", (x, y) -> Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.min(x, y), 10, 0, 0),
            two("copysign", Math::copySign, 10, 0, 0),
            two("fdim", (x, y) -> x > y || Double.isNaN(x) || Double.isNaN(y) ? x - y : 0, 10, 0, 0.5));

    /** As C has it: Java gives NaN where the base is 1 or -1 and the exponent infinite, or the base 1 and the exponent NaN. */
    private static double pow(double x, double y) {
        return x == 1 || x == -1 && Double.isInfinite(y) ? 1 : StrictMath.pow(x, y);
    }

    private static Libm one(String name, DoubleUnaryOperator reference, double range, double... bound) {
        return new Libm(name, 1, (x, y) -> reference.applyAsDouble(x), range, bound);
    }

    private static Libm two(String name, DoubleBinaryOperator reference, double range, double... bound) {
        return new Libm(name, 2, reference, range, bound);
    }

    /** Arguments as doubles that the precision holds: mostly of a size that matters, one in eight any bits, and all edges. */
    double[][] inputs(int count, boolean single) {
        Random random = new Random(name.hashCode());
        double least = single ? Float.MIN_VALUE : Double.MIN_VALUE;
        double normal = single ? Float.MIN_NORMAL : Double.MIN_NORMAL;
        double most = single ? Float.MAX_VALUE : Double.MAX_VALUE;
        double infinity = Double.POSITIVE_INFINITY;
        double[] edges = {0.0, -0.0, 1, -1, 0.5, -0.5, 2, -3, least, -least, normal, most, -most, infinity, -infinity};
        List<double[]> cases = new ArrayList<>();
        for (double x : edges) {
            for (double y : arguments == 1 ? new double[1] : edges) {
                cases.add(new double[] {x, y});
            }
        }
        cases.add(new double[] {Double.NaN, 1});
        cases.add(new double[] {1, Double.NaN});
        while (cases.size() < count) {
            cases.add(new double[] {argument(random, single), argument(random, single)});
        }
        return cases.toArray(new double[0][]);
    }

    private double argument(Random random, boolean single) {
        if (random.nextInt(8) == 0) {
            return single ? Float.intBitsToFloat(random.nextInt()) : Double.longBitsToDouble(random.nextLong());
        }
        double share = ranges < 0 ? -random.nextDouble() : 2 * random.nextDouble() - 1;
        // Squares and more, so that small arguments are met as well.
        double value = ranges * Math.abs(ranges < 0 ? 1 : share) * share * Math.pow(2, -random.nextInt(6));
        return single ? (float) value : value;
    }

    /** How far a result is from Java's, in units of the last place of the precision. */
    double distance(double x, double y, double result, boolean single) {
        double expected = reference.applyAsDouble(x, y);
        if (Double.isNaN(expected) || Double.isNaN(result)) {
            return Double.isNaN(expected) && Double.isNaN(result) ? 0 : Double.POSITIVE_INFINITY;
        }
        if (result == expected || single && result == (float) expected && Double.isInfinite(result)) {
            // Which of two zeros is the larger one is open.
            boolean open = name.equals("fmax") || name.equals("fmin");
            boolean zeros = result != 0 || open || Math.copySign(1, result) == Math.copySign(1, expected);
            return zeros ? 0 : Double.POSITIVE_INFINITY;
        }
        double unit = single ? Math.ulp((float) Math.min(Math.abs(expected), Float.MAX_VALUE)) : Math.ulp(expected);
        return Math.abs(result - expected) / unit;
    }
}
