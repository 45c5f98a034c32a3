package dev.clipjet.ptx.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ElementFormatTest {
    private static final ByteBuffer BUFFER = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);

    private static String read(ElementFormat format, String text) {
        format.parse(text, BUFFER, 0);
        return format.text(BUFFER, 0);
    }

    @ParameterizedTest
    @CsvSource({
        "I8, -128, -128",
        "U8, 255, 255",
        "I8, 0xff, -1",
        "I16, 32767, 32767",
        "U16, 0xffff, 65535",
        "I32, -2147483648, -2147483648",
        "U32, 4294967295, 4294967295",
        "I64, -9223372036854775808, -9223372036854775808",
        "U64, 18446744073709551615, 18446744073709551615",
        "I64, 0xffffffffffffffff, -1",
        "F32, 0.1, 0.1",
        "F64, 1e300, 1.0E300",
        "F32, -inf, -Infinity",
        "F16, nan, NaN",
        "F16, 65504, 65504.0",
        "F16, 65520, Infinity",
        "BF16, 1.00390625, 1.0",
        "F16, 0.1, 0.099975586",
        "F64, -0.0, -0.0"
    })
    void readsAndWrites(ElementFormat format, String text, String expected) {
        assertThat(read(format, text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "I8, 128",
        "I8, -129",
        "U8, 256",
        "U8, -1",
        "I32, 2147483648",
        "U32, 4294967296",
        "I64, 9223372036854775808",
        "U64, 18446744073709551616",
        "U64, -1",
        "I32, 1.5",
        "I32, ''",
        "F32, one",
        "I32, 0x",
        "I32, --1",
        "I32, 0x-1",
        "I32, 0x1ffffffff"
    })
    void refusesWhatDoesNotFit(ElementFormat format, String text) {
        assertThatThrownBy(() -> format.parse(text, BUFFER, 0))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(format.label());
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementFormat.class,
            names = {"F16", "BF16"})
    void everyValueOf16BitsIsReadBack(ElementFormat format) {
        for (int bits = 0; bits < 1 << 16; bits++) {
            BUFFER.putShort(0, (short) bits);
            double value = format.number(BUFFER, 0);
            format.putDouble(value, BUFFER, 0);
            if (Double.isNaN(value)) {
                assertThat(format.number(BUFFER, 0)).isNaN();
            } else {
                assertThat(BUFFER.getShort(0)).isEqualTo((short) bits);
            }
        }
    }

    /** The neighbors come from the list of all values, not from the rounding under test. */
    @ParameterizedTest
    @EnumSource(
            value = ElementFormat.class,
            names = {"F16", "BF16"})
    void roundsToTheNearestAndTiesToEven(ElementFormat format) {
        TreeMap<Double, Integer> values = new TreeMap<>();
        for (int bits = 0; bits < 1 << 15; bits++) {
            BUFFER.putShort(0, (short) bits);
            double value = format.number(BUFFER, 0);
            if (Double.isFinite(value)) {
                values.put(value, bits);
            }
        }
        Random random = new Random(1);
        double top = values.lastKey();
        for (int i = 0; i < 20_000; i++) {
            double low = values.floorKey(random.nextBoolean() ? top * random.nextDouble() : random.nextDouble());
            Double high = values.higherKey(low);
            if (high == null) {
                continue;
            }
            double middle = low + (high - low) / 2;
            double wanted = switch (i % 3) {
                case 0 -> Math.nextDown(middle);
                case 1 -> middle;
                default -> Math.nextUp(middle);
            };
            int expected = i % 3 == 0
                    ? values.get(low)
                    : i % 3 == 2 ? values.get(high) : values.get(low) + (values.get(low) & 1);
            format.putDouble(wanted, BUFFER, 0);
            assertThat(BUFFER.getShort(0) & 0xffff).isEqualTo(expected);
        }
    }

    @Test
    void namesOfTypes() {
        assertThat(ElementFormat.of("s32")).isEqualTo(ElementFormat.I32);
        assertThat(ElementFormat.of("B64")).isEqualTo(ElementFormat.U64);
        assertThatThrownBy(() -> ElementFormat.of("f8"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("bf16");
    }
}
