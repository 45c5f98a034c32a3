package dev.clipjet.ptx.race;

/**
 * How strong an access is, packed into the bits above the program counter of the access that a race record keeps: 0 for a weak
 * access, else its scope and its size. Two strong accesses of one size whose scopes include each other's threads never race.
 */
public final class Strength {
    /** Bits below the strength: the program counter. */
    public static final int SHIFT = 24;
    /** Threads of the own block. */
    public static final int CTA = 0;
    /** Threads of the own cluster. */
    public static final int CLUSTER = 1;
    /** Threads of the device. */
    public static final int GPU = 2;
    /** All threads. */
    public static final int SYSTEM = 3;

    private static final int MBARRIER = 31;
    private static final int NON_COHERENT = 30;

    private Strength() {}

    /** The bits of a strong access, to be added to its program counter. */
    public static int strong(int scope, int bytes) {
        return 1 + (scope << 2 | Integer.numberOfTrailingZeros(bytes)) << SHIFT;
    }

    /** The bits of an operation on an mbarrier: no other access may touch its bytes. */
    public static int mbarrier() {
        return MBARRIER << SHIFT;
    }

    /** The bits of a load that may read a stale copy: no thread may write what it reads. */
    public static int nonCoherent() {
        return NON_COHERENT << SHIFT;
    }

    /** The program counter of a record. */
    public static int pc(int access) {
        return access & (1 << SHIFT) - 1;
    }

    /** The strength of a record, as a number below 32; 0 is weak. */
    static int of(int access) {
        return access >>> SHIFT;
    }

    static boolean isStrong(int strength) {
        return strength != 0 && strength < NON_COHERENT;
    }

    static boolean isMbarrier(int strength) {
        return strength == MBARRIER;
    }

    static boolean isNonCoherent(int strength) {
        return strength == NON_COHERENT;
    }

    /** Bytes of a strong access. */
    public static int bytes(int access) {
        return 1 << (of(access) - 1 & 3);
    }

    /** Whether two accesses are strong, of one size, and each scope includes the other's thread. */
    static boolean compatible(int a, int b, boolean sameBlock, boolean sameCluster) {
        if (!isStrong(a) || !isStrong(b) || (a - 1 & 3) != (b - 1 & 3)) {
            return false;
        }
        int narrower = Math.min(a - 1 >> 2, b - 1 >> 2);
        return sameBlock || narrower >= GPU || narrower == CLUSTER && sameCluster;
    }

    /** The scope of a modifier. */
    public static int scope(String name) {
        return switch (name) {
            case "cta" -> CTA;
            case "cluster" -> CLUSTER;
            case "gpu" -> GPU;
            case "sys" -> SYSTEM;
            default -> throw new IllegalArgumentException(name);
        };
    }
}
