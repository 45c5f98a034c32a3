package dev.clipjet.weights.upload;

/** From one element type to another, little endian on both sides, rounded to nearest, ties to even. */
interface BlockConversion {
    /**
     * Converts elements.
     *
     * @param from byte of the first element in {@code source}
     * @param to byte of the first element in {@code target}, another array than {@code source}
     * @return how many finite values became infinite
     */
    int convert(byte[] source, int from, byte[] target, int to, int count);
}
