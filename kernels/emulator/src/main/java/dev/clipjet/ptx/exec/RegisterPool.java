package dev.clipjet.ptx.exec;

import java.util.Arrays;

/** The registers of a block, which {@code setmaxnreg} moves between its warps. */
public final class RegisterPool {
    private static final int OF_MULTIPROCESSOR = 65536;
    private static final int MOST = 255;

    private final int[] perThread;
    private int free;

    RegisterPool(int warps) {
        perThread = new int[warps];
    }

    /**
     * A block begins. How many registers the assembler gave the kernel is not known here; taken is the limit that the launch
     * itself sets: what one block may have, in steps of 8.
     */
    void reset(Launch launch) {
        int threads = 32 * perThread.length;
        int limit = launch.code().maxRegisters();
        int each = Math.min(limit > 0 ? limit : MOST, OF_MULTIPROCESSOR / threads) & -8;
        Arrays.fill(perThread, each);
        free = 0;
    }

    /** Registers that each thread of a warp has. */
    public int of(Warp warp) {
        return perThread[warp.index()];
    }

    /** Changes a warp's registers; false if there are too few free ones. */
    public boolean change(Warp warp, int registers) {
        int more = 32 * (registers - perThread[warp.index()]);
        if (more > free) {
            return false;
        }
        free -= more;
        perThread[warp.index()] = registers;
        return true;
    }

    /** For reports. */
    public String describe() {
        return free + " registers of the block are free";
    }
}
