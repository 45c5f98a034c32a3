package dev.clipjet.ptx.race;

/** Is told of races. */
public interface RaceListener {
    /**
     * Two accesses that nothing orders.
     *
     * @param offset offset of the first byte of the granule in its memory
     * @param lane lane of the current warp
     * @param write whether the current access writes
     * @param otherBlock linear index of the other thread's block
     * @param otherThread the other thread in its block
     * @param otherPc program counter of the other access
     * @param otherWrite whether the other access writes
     */
    void race(long offset, int lane, boolean write, int otherBlock, int otherThread, int otherPc, boolean otherWrite);

    /** An access to a byte that an asynchronous copy is still writing. */
    void pending(long offset, int lane, boolean write, int otherThread, int otherPc);
}
