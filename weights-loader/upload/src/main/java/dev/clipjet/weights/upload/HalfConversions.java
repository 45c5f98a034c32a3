package dev.clipjet.weights.upload;

/** F32 to the two types of 16 bits and back; see {@link BlockConversion#convert}. */
interface HalfConversions {
    int toHalf(byte[] source, int from, byte[] target, int to, int count);

    int toBfloat16(byte[] source, int from, byte[] target, int to, int count);

    /** Exact, returns 0. */
    int fromHalf(byte[] source, int from, byte[] target, int to, int count);

    /** Exact, returns 0. */
    int fromBfloat16(byte[] source, int from, byte[] target, int to, int count);
}
