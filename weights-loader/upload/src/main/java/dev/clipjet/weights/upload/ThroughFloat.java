package dev.clipjet.weights.upload;

/** Between the two types of 16 bits. The first step is exact, so nothing is rounded twice. */
final class ThroughFloat implements BlockConversion {
    private static final int BLOCK = 2048;

    private final BlockConversion toFloat;
    private final BlockConversion fromFloat;
    private final byte[] floats = new byte[Float.BYTES * BLOCK];

    ThroughFloat(BlockConversion toFloat, BlockConversion fromFloat) {
        this.toFloat = toFloat;
        this.fromFloat = fromFloat;
    }

    @Override
    public int convert(byte[] source, int from, byte[] target, int to, int count) {
        int overflows = 0;
        for (int done = 0; done < count; done += BLOCK) {
            int here = Math.min(BLOCK, count - done);
            toFloat.convert(source, from + Short.BYTES * done, floats, 0, here);
            overflows += fromFloat.convert(floats, 0, target, to + Short.BYTES * done, here);
        }
        return overflows;
    }
}
