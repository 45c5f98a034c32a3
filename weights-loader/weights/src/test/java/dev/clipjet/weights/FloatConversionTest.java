package dev.clipjet.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FloatConversionTest {
    private static final int ALL = 1 << 16;

    /** The value of an F16 by the definition of the format, in double, where it is exact. */
    private static double half(int bits) {
        int exponent = bits >> 10 & 31;
        int fraction = bits & 1023;
        double sign = bits >> 15 == 0 ? 1 : -1;
        if (exponent == 31) {
            return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
        }
        return exponent == 0 ? sign * fraction * 0x1p-24 : sign * (1024 + fraction) * Math.pow(2, exponent - 25);
    }

    @Test
    void everyHalfIsConvertedExactly() {
        for (int bits = 0; bits < ALL; bits++) {
            float value = FloatConversion.fromHalf((short) bits);
            double expected = half(bits);
            if (Double.isNaN(expected)) {
                assertThat(Float.floatToRawIntBits(value))
                        .isEqualTo((bits & 0x8000) << 16 | 0x7f800000 | (bits & 1023) << 13);
            } else {
                assertThat(Double.doubleToRawLongBits(value)).isEqualTo(Double.doubleToRawLongBits(expected));
            }
        }
    }

    @Test
    void everyBfloat16IsTheUpperHalfOfAFloat() {
        for (int bits = 0; bits < ALL; bits++) {
            assertThat(Float.floatToRawIntBits(FloatConversion.fromBfloat16((short) bits)))
                    .isEqualTo(bits << 16);
        }
    }

    @Test
    void everyValueSurvivesTheWayThereAndBack() {
        for (int bits = 0; bits < ALL; bits++) {
            float half = FloatConversion.fromHalf((short) bits);
            float brain = FloatConversion.fromBfloat16((short) bits);
            if (Float.isNaN(half)) {
                assertThat(FloatConversion.fromHalf(FloatConversion.toHalf(half)))
                        .isNaN();
            } else {
                assertThat(FloatConversion.toHalf(half)).isEqualTo((short) bits);
            }
            if (Float.isNaN(brain)) {
                assertThat(FloatConversion.fromBfloat16(FloatConversion.toBfloat16(brain)))
                        .isNaN();
            } else {
                assertThat(FloatConversion.toBfloat16(brain)).isEqualTo((short) bits);
            }
        }
    }

    /** Around every midpoint of neighboring halves, and at random: the result is nearest, and even at a tie. */
    @Test
    void roundsToTheNearestHalf() {
        for (int bits = 0; bits < 0x7c00; bits++) {
            double next = bits == 0x7bff ? 65536 : half(bits + 1);
            float middle = (float) ((half(bits) + next) / 2);
            assertThat(FloatConversion.toHalf(middle)).isEqualTo((short) (bits + (bits & 1)));
            assertThat(FloatConversion.toHalf(Math.nextDown(middle))).isEqualTo((short) bits);
            assertThat(FloatConversion.toHalf(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
            assertThat(FloatConversion.toHalf(-middle)).isEqualTo((short) (0x8000 | bits + (bits & 1)));
        }
        assertThat(FloatConversion.toHalf(Float.MAX_VALUE)).isEqualTo((short) 0x7c00);
        assertThat(FloatConversion.toHalf(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xfc00);
        assertThat(FloatConversion.toHalf(Float.MIN_VALUE)).isEqualTo((short) 0);
        assertThat(FloatConversion.toHalf(-Float.MIN_VALUE)).isEqualTo((short) 0x8000);
    }

    @Test
    void roundsToTheNearestBfloat16() {
        Random random = new Random(7);
        for (int i = 0; i < 200_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            if (!Float.isFinite(value)) {
                continue;
            }
            short result = FloatConversion.toBfloat16(value);
            float back = FloatConversion.fromBfloat16(result);
            if (Float.isInfinite(back)) {
                assertThat(Math.abs(value)).isGreaterThanOrEqualTo(Float.intBitsToFloat(0x7f7f8000));
                continue;
            }
            double error = Math.abs((double) value - back);
            double above = Math.abs((double) value - FloatConversion.fromBfloat16((short) (result + 1)));
            double below = (result & 0x7fff) == 0
                    ? Double.MAX_VALUE
                    : Math.abs((double) value - FloatConversion.fromBfloat16((short) (result - 1)));
            double neighbor = Math.min(above, below);
            assertThat(error < neighbor || (error == neighbor && (result & 1) == 0))
                    .as(new BigDecimal(value).toString())
                    .isTrue();
        }
        assertThat(FloatConversion.toBfloat16(Float.intBitsToFloat(0x3f808000))).isEqualTo((short) 0x3f80);
        assertThat(FloatConversion.toBfloat16(Float.intBitsToFloat(0x3f818000))).isEqualTo((short) 0x3f82);
        assertThat(FloatConversion.toBfloat16(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
        assertThat(FloatConversion.toBfloat16(Float.intBitsToFloat(0x7f800001))).isEqualTo((short) 0x7fc0);
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F32", "F16", "BF16", "F64"})
    void convertsInBulkLikeOneByOne(ElementType dtype) {
        int count = 5001;
        ByteBuffer bytes = ByteBuffer.allocateDirect(count * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        float[] expected = new float[count];
        Random random = new Random(3);
        for (int i = 0; i < count; i++) {
            float value = (float) random.nextGaussian();
            switch (dtype) {
                case F16 -> {
                    bytes.putShort(FloatConversion.toHalf(value));
                    value = FloatConversion.fromHalf(FloatConversion.toHalf(value));
                }
                case BF16 -> {
                    bytes.putShort(FloatConversion.toBfloat16(value));
                    value = FloatConversion.fromBfloat16(FloatConversion.toBfloat16(value));
                }
                case F64 -> bytes.putDouble(value);
                default -> bytes.putFloat(value);
            }
            expected[i] = value;
        }
        StoredTensor tensor =
                new StoredTensor("a", dtype, List.of((long) count), bytes.flip().asReadOnlyBuffer());
        FloatBuffer target = FloatBuffer.allocate(count + 2).position(1);
        FloatConversion.toFloat(tensor, target);
        assertThat(target.position()).isEqualTo(count + 1);
        float[] actual = new float[count];
        target.get(1, actual);
        assertThat(actual).isEqualTo(expected);
        assertThatThrownBy(() -> FloatConversion.toFloat(tensor, FloatBuffer.allocate(count - 1)))
                .isInstanceOf(InvalidInputException.class);
    }

    @Test
    void refusesIntegers() {
        assertThatThrownBy(
                        () -> FloatConversion.toFloat(ElementType.I64, ByteBuffer.allocate(8), FloatBuffer.allocate(1)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("I64");
    }
}
