package dev.clipjet.ptx.race;

/**
 * Numbers of those who access memory: threads of a block are {@code warp << 5 | lane}; asynchronous operations act under
 * numbers beyond the block's last warp. A vector clock treats 32 of these as lanes of one further warp.
 */
public final class Agents {
    /** Further warps that stand for asynchronous operations. */
    public static final int ASYNC_WARPS = 8;
    /** Warps of a block at most, with those. */
    public static final int MAX_WARPS = 32 + ASYNC_WARPS;

    static final int THREAD_BITS = 12;

    private Agents() {}
}
