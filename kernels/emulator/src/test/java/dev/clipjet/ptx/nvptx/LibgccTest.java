package dev.clipjet.ptx.nvptx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;

/** Integers of 128 bits and divisions of libgcc, compiled by GCC, give on the emulator what {@link BigInteger} gives. */
class LibgccTest {
    private static final int INPUTS = Integer.getInteger("clipjet.nvptx.inputs", 2048) + 31 & -32;
    private static final BigInteger MASK = BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE);

    private final Random random = new Random(5);

    @Test
    void arithmeticOf128BitsIsExact() throws IOException {
        FunctionRunner runner = runner();
        check(runner, "__udivti3", false, BigInteger::divide);
        check(runner, "__umodti3", false, BigInteger::remainder);
        check(runner, "__divti3", true, BigInteger::divide);
        check(runner, "__modti3", true, BigInteger::remainder);
        check(runner, "__multi3", true, BigInteger::multiply);
    }

    private void check(FunctionRunner runner, String name, boolean signed, BinaryOperator<BigInteger> definition) {
        BigInteger[] a = new BigInteger[INPUTS];
        BigInteger[] b = new BigInteger[INPUTS];
        for (int n = 0; n < INPUTS; n++) {
            a[n] = number(signed);
            do {
                b[n] = number(signed);
            } while (b[n].signum() == 0);
        }
        ByteBuffer results = runner.runWide(name, INPUTS, slots(a), slots(b));
        List<String> wrong = new ArrayList<>();
        for (int n = 0; n < INPUTS; n++) {
            BigInteger expected = definition.apply(a[n], b[n]).and(MASK);
            BigInteger result =
                    unsigned(results.getLong(16 * n + 8)).shiftLeft(64).or(unsigned(results.getLong(16 * n)));
            if (!result.equals(expected)) {
                wrong.add(name + " of " + a[n] + " and " + b[n] + " is " + result);
            }
        }
        System.out.printf("%-14s %d inputs, %d wrong%n", name, INPUTS, wrong.size());
        assertThat(wrong).isEmpty();
    }

    /** A number of up to 128 bits, all lengths equally often. */
    private BigInteger number(boolean signed) {
        BigInteger magnitude = new BigInteger(random.nextInt(signed ? 128 : 129), random);
        return signed && random.nextBoolean() ? magnitude.negate() : magnitude;
    }

    private static ByteBuffer slots(BigInteger[] numbers) {
        ByteBuffer slots = ByteBuffer.allocate(16 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        for (BigInteger number : numbers) {
            slots.putLong(number.longValue()).putLong(number.shiftRight(64).longValue());
        }
        return slots.rewind();
    }

    private static BigInteger unsigned(long bits) {
        return new BigInteger(Long.toUnsignedString(bits));
    }

    @Test
    void countsOf64BitsAreExact() throws IOException {
        FunctionRunner runner = runner();
        long[] values = new long[INPUTS];
        for (int n = 0; n < INPUTS; n++) {
            values[n] = n == 0 ? 1 : random.nextLong() >>> random.nextInt(64) | 1L << random.nextInt(64);
        }
        long[] clz = runner.run("__clzdi2", "u32", List.of("u64"), values);
        long[] ctz = runner.run("__ctzdi2", "u32", List.of("u64"), values);
        long[] ones = runner.run("__popcountdi2", "u32", List.of("u64"), values);
        long[] swapped = runner.run("__bswapdi2", "u64", List.of("u64"), values);
        for (int n = 0; n < INPUTS; n++) {
            assertThat(clz[n]).isEqualTo(Long.numberOfLeadingZeros(values[n]));
            assertThat(ctz[n]).isEqualTo(Long.numberOfTrailingZeros(values[n]));
            assertThat(ones[n]).isEqualTo(Long.bitCount(values[n]));
            assertThat(swapped[n]).isEqualTo(Long.reverseBytes(values[n]));
        }
        System.out.printf("__clzdi2 __ctzdi2 __popcountdi2 __bswapdi2 %d inputs each%n", INPUTS);
    }

    @Test
    void divisionsOf64BitsAreExact() throws IOException {
        FunctionRunner runner = runner();
        long[] a = new long[INPUTS];
        long[] b = new long[INPUTS];
        for (int n = 0; n < INPUTS; n++) {
            a[n] = random.nextLong() >> random.nextInt(64);
            do {
                b[n] = random.nextLong() >> random.nextInt(64);
            } while (b[n] == 0);
        }
        for (String name : List.of("ldiv", "lldiv")) {
            ByteBuffer results = runner.runPair(name, INPUTS, words(a), words(b));
            for (int n = 0; n < INPUTS; n++) {
                assertThat(results.getLong(16 * n)).isEqualTo(a[n] / b[n]);
                assertThat(results.getLong(16 * n + 8)).isEqualTo(a[n] % b[n]);
            }
        }
        System.out.printf("ldiv lldiv %d inputs each%n", INPUTS);
    }

    private static ByteBuffer words(long[] values) {
        ByteBuffer words = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        words.asLongBuffer().put(values);
        return words;
    }

    private static FunctionRunner runner() throws IOException {
        return new FunctionRunner(new Libraries(Corpus.folder(), "libgcc.a", "libc.a"));
    }
}
