package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Step;
import java.util.Map;

/** {@code cvt} from and to two floating-point numbers of a byte each: {@code .e4m3x2} without infinities, {@code .e5m2x2} with. */
final class ByteFloats {
    private static final int NAN = 0x7f;

    private ByteFloats() {}

    /** Registers these types, in front of a decoder for the others. */
    static void register(Map<String, Decoder> decoders) {
        Decoder others = decoders.get("cvt");
        decoders.put("cvt", in -> {
            boolean bytes = in.modifiers().contains("e4m3x2") || in.modifiers().contains("e5m2x2");
            return bytes ? convert(in) : others.decode(in);
        });
    }

    private static Step convert(InstructionReader in) {
        in.needsTarget(89);
        if (!in.take("rn")) {
            throw in.error("cvt of these types is .rn");
        }
        boolean saturates = in.take("satfinite");
        boolean relu = in.take("relu");
        int byteAt = Math.max(in.modifiers().indexOf("e4m3x2"), in.modifiers().indexOf("e5m2x2"));
        boolean wide = in.takeAny("e5m2x2") != null;
        if (!wide) {
            in.take("e4m3x2");
        }
        int fraction = wide ? 2 : 3;
        PtxType other = in.takeType();
        boolean toBytes = byteAt == 0;
        boolean fits = toBytes
                ? saturates && (other == PtxType.F32 || other == PtxType.F16X2)
                : !saturates && other == PtxType.F16X2;
        if (!fits) {
            throw in.error(
                    "cvt of these types is to bytes from .f32 or .f16x2 with .satfinite, or from them to .f16x2");
        }
        if (!toBytes) {
            in.expect(2);
            int d = in.intTarget(0);
            return Lanes.of(
                    d,
                    in.intSource(1, PtxType.B16),
                    x -> half(x & 0xff, fraction, relu) | half(x >>> 8 & 0xff, fraction, relu) << 16);
        }
        if (other == PtxType.F16X2) {
            in.expect(2);
            int d = in.intTarget(0);
            return Lanes.of(
                    d,
                    in.intSource(1, other),
                    x -> rounded(FloatFormat.halfToFloat(x & 0xffff), fraction, relu)
                            | rounded(FloatFormat.halfToFloat(x >>> 16), fraction, relu) << 8);
        }
        in.expect(3);
        int d = in.intTarget(0);
        return Lanes.of(
                d,
                in.intSource(1, other),
                in.intSource(2, other),
                (upper, lower) -> rounded(Float.intBitsToFloat(lower), fraction, relu)
                        | rounded(Float.intBitsToFloat(upper), fraction, relu) << 8);
    }

    /** To nearest, ties to even; what is too large becomes the largest finite number. */
    private static int rounded(float value, int fraction, boolean relu) {
        if (Float.isNaN(value)) {
            return NAN;
        }
        if (relu && !(value > 0)) {
            return 0;
        }
        int bias = fraction == 3 ? 7 : 15;
        int largest = fraction == 3 ? 0x7e : 0x7b;
        int sign = Float.floatToRawIntBits(value) >>> 31 << 7;
        if (Float.isInfinite(value)) {
            return sign | largest;
        }
        double magnitude = Math.abs((double) value);
        int exponent = Math.max(Math.getExponent(magnitude), 1 - bias);
        // In units of the last place; a carry out of the fraction raises the exponent by itself.
        long whole = (long) Math.rint(Math.scalb(magnitude, fraction - exponent));
        long bits = whole + ((long) (exponent + bias - 1) << fraction);
        return sign | (int) Math.min(bits, largest);
    }

    private static int half(int bits, int fraction, boolean relu) {
        int magnitude = bits & 0x7f;
        boolean nan = fraction == 3 ? magnitude == NAN : magnitude > 0x7c;
        if (nan) {
            return FloatFormat.F16.nan();
        }
        if (relu && (bits & 0x80) != 0) {
            return 0;
        }
        if (fraction == 2) {
            return bits << 8;
        }
        int exponent = magnitude >>> 3;
        double value = exponent == 0 ? (magnitude & 7) * 0x1p-9 : Math.scalb(8.0 + (magnitude & 7), exponent - 10);
        return (bits & 0x80) << 8 | FloatFormat.F16.fromDouble(value, Rounding.NEAREST, false);
    }
}
