package dev.clipjet.ptx.exec;

/** State spaces, and the windows of the generic address space in which they lie. */
public enum Space {
    /** Any of the others, by the address. */
    GENERIC,
    /** Device memory. */
    GLOBAL,
    /** Memory of the block. */
    SHARED,
    /** Shared memory of any block of the cluster. */
    SHARED_CLUSTER,
    /** Memory of the thread. */
    LOCAL,
    /** Constant variables of the module. */
    CONST,
    /** Parameters of the entry. */
    PARAM;

    /** Generic address of the first byte of shared memory. */
    public static final long SHARED_WINDOW = 0x7000_0000_0000_0000L;
    /** Generic address of the first byte of local memory. */
    public static final long LOCAL_WINDOW = 0x7100_0000_0000_0000L;
    /** Generic address of the first byte of the entry's parameters. */
    public static final long PARAM_WINDOW = 0x7200_0000_0000_0000L;

    /** Bit position of the block's rank plus one in an address of {@link #SHARED_CLUSTER}; 0 there is the own block. */
    public static final int CLUSTER_RANK_SHIFT = 24;

    /** The space in which a generic address lies. */
    public static Space of(long generic) {
        return switch ((int) (generic >>> 56)) {
            case 0x70 -> SHARED;
            case 0x71 -> LOCAL;
            case 0x72 -> PARAM;
            default -> GLOBAL;
        };
    }

    /** Generic address of the space's first byte; 0 for those that have no window. */
    public long window() {
        return switch (this) {
            case SHARED, SHARED_CLUSTER -> SHARED_WINDOW;
            case LOCAL -> LOCAL_WINDOW;
            case PARAM -> PARAM_WINDOW;
            default -> 0;
        };
    }
}
