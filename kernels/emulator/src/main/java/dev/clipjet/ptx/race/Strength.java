package dev.clipjet.ptx.race;

/**
 * Tags of accesses: the program counter, and how strong the access is. Weak accesses have scope 0; strong ones, which may meet other
 * strong ones without a race, the scope within which they do.
 */
public final class Strength {
    /** A plain access. */
    public static final int WEAK = 0;
    /** Strong among threads of the block. */
    public static final int BLOCK = 1;
    /** Strong among threads of the cluster. */
    public static final int CLUSTER = 2;
    /** Strong among all threads of the device. */
    public static final int DEVICE = 3;

    private static final int SHIFT = 24;

    private Strength() {}

    /** A tag. */
    public static int tag(int pc, int scope) {
        return pc | scope << SHIFT;
    }

    static int pc(int tag) {
        return tag & (1 << SHIFT) - 1;
    }

    /** Whether two accesses are strong and each one's scope includes the other's thread. */
    static boolean together(int tag, int other, boolean sameBlock) {
        int scope = Math.min(tag >>> SHIFT, other >>> SHIFT);
        return sameBlock ? scope >= BLOCK : scope >= DEVICE;
    }
}
