package dev.clipjet.ptx.decode;

/**
 * A register of a kernel.
 *
 * @param type as declared
 * @param plane index among the planes of its kind: predicates, ints (up to 32 bits), longs
 * @param mark index among {@link dev.clipjet.ptx.exec.Warp#undefined}
 */
record Register(PtxType type, int plane, int mark) {
    boolean isPredicate() {
        return type == PtxType.PRED;
    }

    boolean isLong() {
        return type.isLong();
    }
}
