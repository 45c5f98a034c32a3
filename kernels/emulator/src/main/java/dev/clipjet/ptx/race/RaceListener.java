package dev.clipjet.ptx.race;

/** Is told of races. */
public interface RaceListener {
    /**
     * Two accesses that nothing orders.
     *
     * @param offset offset of the first byte of the granule in its memory
     * @param lane lane of the current warp
     * @param write whether the current access writes
     * @param otherBlock linear index of the other thread's block; -1 for the own one
     * @param otherThread the other thread in its block, or an agent beyond the threads, see {@link Agents}
     * @param otherAccess program counter and {@link Strength} of the other access
     * @param otherWrite whether the other access writes
     */
    void race(
            long offset, int lane, boolean write, int otherBlock, int otherThread, int otherAccess, boolean otherWrite);

    /**
     * An access that nothing orders after one by a grid before the current one, which may still run.
     *
     * @param offset offset of the first byte of the granule in its memory
     * @param lane lane of the current warp
     * @param write whether the current access writes
     * @param waited whether the lane knows that the grid directly before the current one is over
     * @param grid index of the other grid among those that the current one may overlap
     * @param otherBlock linear index of the other thread's block
     * @param otherThread the other thread in its block, or an agent beyond the threads, see {@link Agents}
     * @param otherAccess program counter and {@link Strength} of the other access
     * @param otherWrite whether the other access writes
     */
    void unfinished(
            long offset,
            int lane,
            boolean write,
            boolean waited,
            int grid,
            int otherBlock,
            int otherThread,
            int otherAccess,
            boolean otherWrite);

    /** An access to a byte that an asynchronous copy is still writing. */
    void pending(long offset, int lane, boolean write, int otherThread, int otherAccess);

    /** A plain access to the bytes of a live mbarrier. */
    void mbarrier(long offset, int lane, boolean write, int otherAccess);

    /** A non-coherent load meets a write in one launch; {@code write} says which of both the current access is. */
    void nonCoherent(long offset, int lane, boolean write, int otherBlock, int otherThread, int otherAccess);

    /** A plain write over what a strong write left: nobody who reads it from now on learns what that write released. */
    void overwritesStrong(long offset, int bytes);

    /**
     * Whether the current lane has observed a strong write that it is not synchronized with, by a later atomic update of the same
     * place, or knows of a thread that has.
     *
     * @param offset offset of a byte of the place
     * @param lane lane of the current warp
     * @param otherAccess program counter and {@link Strength} of the strong write
     */
    boolean observed(long offset, int lane, int otherAccess);

    /** Whether a block is in the cluster of the current one. */
    boolean sameCluster(int otherBlock);
}
