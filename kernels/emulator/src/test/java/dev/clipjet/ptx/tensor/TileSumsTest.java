package dev.clipjet.ptx.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The reference against decimals, and the fast ways against the reference, to the bit. */
class TileSumsTest {
    private static final int ROWS = 16;

    /** What the elements are like. */
    enum Values {
        /** Of similar size. */
        ORDINARY,
        /** Small integers, with exact ties and cancellation. */
        INTEGERS,
        /** All finite ones, with zeros and subnormals. */
        FINITE,
        /** All, with infinities and NaN. */
        ALL,
        /** Zeros of both signs only. */
        ZEROS
    }

    /** A product to compute. */
    private record Product(TileOperand a, TileOperand b, int[] c, int n, int k) {}

    private static Product product(Element element, Values values, Values starts, int n, int k, Random random) {
        TileOperand a = new TileOperand(ROWS * k);
        TileOperand b = new TileOperand(k * n);
        fill(a, ROWS * k, element, values, random);
        fill(b, k * n, element, values, random);
        int[] c = new int[ROWS * n];
        for (int i = 0; i < c.length; i++) {
            c[i] = start(starts, random);
        }
        return new Product(a, b, c, n, k);
    }

    private static void fill(TileOperand operand, int count, Element element, Values values, Random random) {
        operand.begin(element);
        for (int i = 0; i < count; i++) {
            int bits = random.nextInt();
            int sign = bits & 1;
            int small = (bits >>> 1) % 5;
            switch (element) {
                case F16 -> {
                    int magnitude = switch (values) {
                        case ORDINARY -> (11 + (bits >>> 20) % 8) << 10 | bits >>> 1 & 0x3ff;
                        case INTEGERS -> new int[] {0, 0x3c00, 0x4000, 0x4200, 0x4400}[small];
                        case FINITE -> (bits >>> 1 & 0x7fff) % 0x7c00;
                        case ALL -> bits >>> 1 & 0x7fff;
                        case ZEROS -> 0;
                    };
                    operand.put(i, sign << 15 | magnitude, (bits & 2) != 0);
                }
                case BF16 -> operand.put(i, single(values, bits, small) >>> 16, (bits & 2) != 0);
                default -> operand.put(i, single(values, bits, small), (bits & 2) != 0);
            }
        }
    }

    private static int start(Values values, Random random) {
        int bits = random.nextInt();
        return single(values, bits, (bits >>> 1) % 5) ^ (random.nextInt(50) == 0 ? 1 << 31 : 0);
    }

    private static int single(Values values, int bits, int small) {
        int magnitude = switch (values) {
            case ORDINARY -> (123 + (bits >>> 27 & 7)) << 23 | bits & 0x7f_ffff;
            case INTEGERS -> Float.floatToRawIntBits(small);
            case FINITE -> (bits & Integer.MAX_VALUE) % 0x7f80_0000;
            case ALL -> (bits & 0xf0) == 0 ? 0x7f80_0000 : bits & Integer.MAX_VALUE;
            case ZEROS -> 0;
        };
        return bits << 31 | magnitude;
    }

    @ParameterizedTest
    @EnumSource(
            value = Values.class,
            names = {"ORDINARY", "INTEGERS", "FINITE"})
    void theReferenceIsExact(Values values) {
        Random random = new Random(1);
        for (int run = 0; run < 60; run++) {
            Element element = Element.values()[run % 3];
            Product product = product(element, values, values, 8, run % 2 == 0 ? 16 : 8, random);
            int[] c = product.c.clone();
            new ReferenceSums().exact(product.a, product.b, c, ROWS, 8, product.k);
            for (int i = 0; i < c.length; i++) {
                BigDecimal sum = new BigDecimal(Float.intBitsToFloat(product.c[i]));
                for (BigDecimal term : terms(product, i, 0, product.k)) {
                    sum = sum.add(term);
                }
                float wanted = sum.floatValue();
                if (wanted == 0) {
                    assertThat(Float.intBitsToFloat(c[i])).isZero();
                } else {
                    assertThat(Float.intBitsToFloat(c[i])).as("%s", element).isEqualTo(wanted);
                }
            }
        }
    }

    private static BigDecimal[] terms(Product product, int at, int from, int to) {
        BigDecimal[] terms = new BigDecimal[to - from];
        for (int i = from; i < to; i++) {
            double left = product.a.values()[at / product.n * product.k + i];
            double right = product.b.values()[i * product.n + at % product.n];
            terms[i - from] = new BigDecimal(left).multiply(new BigDecimal(right));
        }
        return terms;
    }

    @ParameterizedTest
    @EnumSource(
            value = Values.class,
            names = {"ORDINARY", "INTEGERS", "FINITE"})
    void theReferenceTruncates(Values values) {
        Random random = new Random(2);
        for (int run = 0; run < 60; run++) {
            Element element = Element.values()[run % 3];
            int steps = run % 4 < 2 ? 16 : 8;
            int bits = run % 4 < 2 ? 25 : 24;
            Product product = product(element, values, values, 8, run % 2 == 0 ? 16 : 8, random);
            int[] c = product.c.clone();
            new ReferenceSums().truncated(product.a, product.b, c, ROWS, 8, product.k, steps, bits);
            for (int i = 0; i < c.length; i++) {
                BigDecimal sum = new BigDecimal(Float.intBitsToFloat(product.c[i]));
                for (int from = 0; from < product.k; from += steps) {
                    sum = truncated(sum, terms(product, i, from, Math.min(product.k, from + steps)), bits);
                }
                assertThat(new BigDecimal(Float.intBitsToFloat(c[i])))
                        .as("%s", element)
                        .isEqualByComparingTo(sum);
            }
        }
    }

    /** By the words of the definition: integers in units of the last bit that the largest term keeps. */
    private static BigDecimal truncated(BigDecimal start, BigDecimal[] terms, int bits) {
        BigDecimal largest = start.abs();
        for (BigDecimal term : terms) {
            largest = largest.max(term.abs());
        }
        if (largest.signum() == 0) {
            return start;
        }
        BigDecimal unit = power(exponent(largest) - bits + 1);
        BigInteger sum = start.divide(unit, 0, RoundingMode.DOWN).toBigInteger();
        for (BigDecimal term : terms) {
            sum = sum.add(term.divide(unit, 0, RoundingMode.DOWN).toBigInteger());
        }
        return singleTowardsZero(new BigDecimal(sum).multiply(unit));
    }

    private static BigDecimal singleTowardsZero(BigDecimal value) {
        if (value.signum() == 0) {
            return BigDecimal.ZERO;
        }
        if (value.abs().compareTo(power(128)) >= 0) {
            return new BigDecimal(Float.MAX_VALUE).multiply(new BigDecimal(value.signum()));
        }
        BigDecimal unit = power(Math.max(exponent(value.abs()) - 23, -149));
        return value.divide(unit, 0, RoundingMode.DOWN).multiply(unit);
    }

    /** The power of two that is at most the value. */
    private static int exponent(BigDecimal value) {
        int guess = Math.getExponent(value.doubleValue());
        while (power(guess).compareTo(value) > 0) {
            guess--;
        }
        while (power(guess + 1).compareTo(value) <= 0) {
            guess++;
        }
        return guess;
    }

    private static BigDecimal power(int exponent) {
        BigDecimal two = BigDecimal.valueOf(2);
        return exponent >= 0 ? two.pow(exponent) : BigDecimal.valueOf(5, 1).pow(-exponent);
    }

    @Test
    void plainJavaAgrees() {
        agrees(new PlainSums());
    }

    @Test
    void vectorsAgree() {
        assumeThat(FastSums.description()).as("needs the vector module").contains("vectors of");
        agrees(new VectorSums());
    }

    private static void agrees(TileSums sums) {
        TileSums reference = new ReferenceSums();
        Random random = new Random(3);
        int[] columns = {8, 8, 24, 256};
        for (int run = 0; run < 1_500; run++) {
            Element element = Element.values()[run % 3];
            Values values = Values.values()[random.nextInt(Values.values().length)];
            Values starts = Values.values()[random.nextInt(Values.values().length)];
            int n = run % 50 == 0 ? columns[random.nextInt(4)] : 8;
            int k = 4 << random.nextInt(3);
            Product product = product(element, values, starts, n, k, random);
            String name = element + ", " + values + " added to " + starts + ", n " + n + ", k " + k;
            int[] wanted = product.c.clone();
            int[] got = product.c.clone();
            reference.exact(product.a, product.b, wanted, ROWS, n, k);
            sums.exact(product.a, product.b, got, ROWS, n, k);
            assertThat(withoutSignsOfZeros(got)).as("exact, %s", name).isEqualTo(withoutSignsOfZeros(wanted));
            boolean hopper = random.nextBoolean();
            wanted = product.c.clone();
            got = product.c.clone();
            reference.truncated(product.a, product.b, wanted, ROWS, n, k, hopper ? 16 : 8, hopper ? 25 : 24);
            sums.truncated(product.a, product.b, got, ROWS, n, k, hopper ? 16 : 8, hopper ? 25 : 24);
            assertThat(got).as("truncated, %s", name).isEqualTo(wanted);
        }
    }

    /** Which zero an exact sum of 0 is depends on where its partial sums were 0, and is nobody's promise. */
    private static int[] withoutSignsOfZeros(int[] bits) {
        int[] copy = bits.clone();
        for (int i = 0; i < copy.length; i++) {
            copy[i] = copy[i] == 1 << 31 ? 0 : copy[i];
        }
        return copy;
    }
}
