package dev.clipjet.weights.upload;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link HalfConversions} on the JDK's vector module: the arithmetic of {@link dev.clipjet.weights.FloatConversion}, lane by lane. Blocks with a
 * value that has no finite counterpart, which weights do not have, and what is left at the end go to the plain loop.
 */
final class VectorHalves implements HalfConversions {
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorShape HALF_SHAPE = VectorShape.forBitSize(Math.max(64, INTS.vectorBitSize() / 2));
    private static final VectorSpecies<Byte> WIDE_BYTES = INTS.withLanes(byte.class);
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, HALF_SHAPE);
    private static final VectorSpecies<Byte> NARROW_BYTES = VectorSpecies.of(byte.class, HALF_SHAPE);
    private static final int LANES = INTS.length();

    private final ScalarHalves scalar = new ScalarHalves();

    static int lanes() {
        return LANES;
    }

    @Override
    public int toHalf(byte[] source, int from, byte[] target, int to, int count) {
        int end = INTS.loopBound(count);
        IntVector largest = IntVector.zero(INTS);
        for (int i = 0; i < end; i += LANES) {
            IntVector bits =
                    ByteVector.fromArray(WIDE_BYTES, source, from + 4 * i).reinterpretAsInts();
            IntVector magnitude = bits.and(0x7fffffff);
            largest = largest.max(magnitude);
            IntVector odd = magnitude.lanewise(VectorOperators.LSHR, 13).and(1);
            IntVector normal = magnitude.add(odd).sub(0x38000000 - 0xfff).lanewise(VectorOperators.LSHR, 13);
            IntVector small = magnitude
                    .reinterpretAsFloats()
                    .add(0.5f)
                    .reinterpretAsInts()
                    .sub(0x3f000000);
            VectorMask<Integer> isSmall = magnitude.compare(VectorOperators.LT, 0x38800000);
            IntVector sign = bits.lanewise(VectorOperators.LSHR, 16).and(0x8000);
            store(normal.blend(small, isSmall).or(sign), target, to + 2 * i);
        }
        if (largest.reduceLanes(VectorOperators.MAX) >= ScalarHalves.HALF_OVERFLOW) {
            return scalar.toHalf(source, from, target, to, count);
        }
        return scalar.toHalf(source, from + 4 * end, target, to + 2 * end, count - end);
    }

    @Override
    public int toBfloat16(byte[] source, int from, byte[] target, int to, int count) {
        int end = INTS.loopBound(count);
        IntVector largest = IntVector.zero(INTS);
        for (int i = 0; i < end; i += LANES) {
            IntVector bits =
                    ByteVector.fromArray(WIDE_BYTES, source, from + 4 * i).reinterpretAsInts();
            largest = largest.max(bits.and(0x7fffffff));
            IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
            store(bits.add(odd).add(0x7fff).lanewise(VectorOperators.LSHR, 16), target, to + 2 * i);
        }
        if (largest.reduceLanes(VectorOperators.MAX) >= ScalarHalves.BFLOAT16_OVERFLOW) {
            return scalar.toBfloat16(source, from, target, to, count);
        }
        return scalar.toBfloat16(source, from + 4 * end, target, to + 2 * end, count - end);
    }

    @Override
    public int fromHalf(byte[] source, int from, byte[] target, int to, int count) {
        int end = INTS.loopBound(count);
        for (int i = 0; i < end; i += LANES) {
            IntVector half = load(source, from + 2 * i);
            IntVector magnitude = half.and(0x7fff).lanewise(VectorOperators.LSHL, 13);
            IntVector finite = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
            VectorMask<Integer> isFinite = magnitude.compare(VectorOperators.LT, 0x0f800000);
            IntVector sign = half.and(0x8000).lanewise(VectorOperators.LSHL, 16);
            magnitude
                    .or(0x7f800000)
                    .blend(finite, isFinite)
                    .or(sign)
                    .reinterpretAsBytes()
                    .intoArray(target, to + 4 * i);
        }
        return scalar.fromHalf(source, from + 2 * end, target, to + 4 * end, count - end);
    }

    @Override
    public int fromBfloat16(byte[] source, int from, byte[] target, int to, int count) {
        int end = INTS.loopBound(count);
        for (int i = 0; i < end; i += LANES) {
            load(source, from + 2 * i)
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsBytes()
                    .intoArray(target, to + 4 * i);
        }
        return scalar.fromBfloat16(source, from + 2 * end, target, to + 4 * end, count - end);
    }

    private static IntVector load(byte[] source, int at) {
        ShortVector halves = ByteVector.fromArray(NARROW_BYTES, source, at).reinterpretAsShorts();
        return (IntVector) halves.convertShape(VectorOperators.S2I, INTS, 0);
    }

    private static void store(IntVector halves, byte[] target, int at) {
        ShortVector narrow = (ShortVector) halves.convertShape(VectorOperators.I2S, SHORTS, 0);
        narrow.reinterpretAsBytes().intoArray(target, at);
    }
}
