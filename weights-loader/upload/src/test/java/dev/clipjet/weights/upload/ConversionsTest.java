package dev.clipjet.weights.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.FloatConversion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConversionsTest {
    private static HalfConversions halves(boolean vectors) {
        return vectors ? new VectorHalves() : new ScalarHalves();
    }

    @Test
    void vectors_are_for_processes_that_have_much_to_convert() {
        System.setProperty(Conversions.PROPERTY, "true");
        try {
            assertThat(Conversions.forBytes(0)).isInstanceOf(VectorHalves.class);
            System.setProperty(Conversions.PROPERTY, "false");
            assertThat(Conversions.forBytes(Conversions.VECTOR_BYTES)).isInstanceOf(ScalarHalves.class);
        } finally {
            System.clearProperty(Conversions.PROPERTY);
        }
        // The bytes of the call before count.
        assertThat(Conversions.forBytes(0)).isInstanceOf(VectorHalves.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void every_half_and_every_bfloat16_widens_exactly(boolean vectors) {
        byte[] source = new byte[2 << 16];
        ByteBuffer in = ByteBuffer.wrap(source).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 1 << 16; i++) {
            in.putShort(2 * i, (short) i);
        }
        byte[] floats = new byte[4 << 16];
        ByteBuffer out = ByteBuffer.wrap(floats).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(halves(vectors).fromHalf(source, 0, floats, 0, 1 << 16)).isZero();
        for (int i = 0; i < 1 << 16; i++) {
            int expected = Float.floatToRawIntBits(FloatConversion.fromHalf((short) i));
            assertThat(out.getInt(4 * i)).as("F16 %x", i).isEqualTo(expected);
        }
        assertThat(halves(vectors).fromBfloat16(source, 0, floats, 0, 1 << 16)).isZero();
        for (int i = 0; i < 1 << 16; i++) {
            assertThat(out.getInt(4 * i)).as("BF16 %x", i).isEqualTo(i << 16);
        }
    }

    /** Every exponent with every upper part of the fraction, below, at and above each tie. */
    private static int[] edges() {
        int[] tails = {0, 1, 0xfff, 0x1000, 0x1001, 0x1fff, 0x7fff, 0x8000, 0x8001, 0xefff, 0xf000, 0xf001, 0xffff};
        int[] bits = new int[(1 << 16) * tails.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = i / tails.length << 16 | tails[i % tails.length];
        }
        return bits;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rounding_is_that_of_the_reference_and_overflows_are_counted(boolean vectors) {
        int[] bits = edges();
        // Blocks of 13 hold one upper half each, so most are without values that overflow and take the vector path.
        int block = 13 * 4;
        byte[] source = new byte[4 * block];
        byte[] target = new byte[2 * block + 2];
        ByteBuffer out = ByteBuffer.wrap(target).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer in = ByteBuffer.wrap(source).order(ByteOrder.LITTLE_ENDIAN);
        for (int start = 0; start < bits.length; start += block) {
            int halfOverflows = 0;
            int bfloat16Overflows = 0;
            for (int i = 0; i < block; i++) {
                in.putInt(4 * i, bits[start + i]);
                float value = Float.intBitsToFloat(bits[start + i]);
                boolean finite = Float.isFinite(value);
                halfOverflows += finite && Math.abs((double) value) >= 65520 ? 1 : 0;
                bfloat16Overflows += finite && Math.abs((double) value) >= 0x1.ffp127 ? 1 : 0;
            }
            target[2 * block] = 77;
            assertThat(halves(vectors).toHalf(source, 0, target, 0, block)).isEqualTo(halfOverflows);
            for (int i = 0; i < block; i++) {
                short expected = FloatConversion.toHalf(Float.intBitsToFloat(bits[start + i]));
                if (out.getShort(2 * i) != expected) {
                    assertThat(out.getShort(2 * i)).as("%x", bits[start + i]).isEqualTo(expected);
                }
            }
            assertThat(halves(vectors).toBfloat16(source, 0, target, 0, block)).isEqualTo(bfloat16Overflows);
            for (int i = 0; i < block; i++) {
                short expected = FloatConversion.toBfloat16(Float.intBitsToFloat(bits[start + i]));
                if (out.getShort(2 * i) != expected) {
                    assertThat(out.getShort(2 * i)).as("%x", bits[start + i]).isEqualTo(expected);
                }
            }
            assertThat(target[2 * block]).isEqualTo((byte) 77);
        }
    }

    @Test
    void vectors_and_plain_java_agree_on_any_bits_length_and_place() {
        Random random = new Random(1);
        ElementType[] types = {ElementType.F32, ElementType.F16, ElementType.BF16};
        for (int round = 0; round < 4000; round++) {
            ElementType from = types[random.nextInt(3)];
            ElementType to = types[random.nextInt(3)];
            int count = random.nextInt(70) + (round % 50 == 0 ? 5000 : 0);
            int in = random.nextInt(9);
            int out = random.nextInt(9);
            byte[] source = new byte[in + count * from.bytes()];
            random.nextBytes(source);
            if (round % 2 == 0 && from == ElementType.F32) {
                // Magnitudes below 4, so that no block overflows.
                for (int i = in + 3; i < source.length; i += 4) {
                    source[i] &= (byte) 0xbf;
                }
            }
            byte[] plain = new byte[out + count * to.bytes() + 3];
            byte[] vector = plain.clone();
            int lost = Conversions.between(from, to, new ScalarHalves()).convert(source, in, plain, out, count);
            assertThat(Conversions.between(from, to, new VectorHalves()).convert(source, in, vector, out, count))
                    .isEqualTo(lost);
            assertThat(vector).as("%s to %s", from, to).isEqualTo(plain);
        }
    }

    @Test
    void other_types_have_no_conversion() {
        assertThatThrownBy(() -> Conversions.between(ElementType.F64, ElementType.F16))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("no conversion from F64 to F16");
        assertThatThrownBy(() -> Conversions.between(ElementType.F32, ElementType.I8))
                .isInstanceOf(InvalidInputException.class);
    }
}
