package dev.clipjet.ptx.race;

import java.util.Arrays;

/** The clock of a warp, and what each of its lanes knows of others. Lanes that know the same share a vector clock. */
public final class WarpClock {
    private final int block;
    private final int warp;
    private final int warps;
    private final VectorClock[] known = new VectorClock[32];
    private int now = 1;

    /**
     * At the start of a kernel: nothing known.
     *
     * @param block linear index of the block
     * @param warp index of the warp
     * @param warps warps of a block
     */
    public WarpClock(int block, int warp, int warps) {
        this.block = block;
        this.warp = warp;
        this.warps = warps;
        Arrays.fill(known, new VectorClock(block, warps));
    }

    /** The clock that accesses carry now. */
    public int now() {
        return now;
    }

    /** What a lane knows. */
    public VectorClock known(int lane) {
        return known[lane];
    }

    /** Whether all lanes know the same. */
    public boolean uniform() {
        VectorClock first = known[0];
        for (int lane = 1; lane < 32; lane++) {
            if (known[lane] != first) {
                return false;
            }
        }
        return true;
    }

    /** Lets an object know what lanes know and have done. {@code live} are the lanes that have not exited. */
    public void release(int mask, int live, VectorClock object) {
        VectorClock last = null;
        for (int left = mask; left != 0; left &= left - 1) {
            VectorClock mine = known[Integer.numberOfTrailingZeros(left)];
            if (mine != last) {
                object.join(mine);
                last = mine;
            }
        }
        object.learn(warp, (mask & live) == live ? -1 : mask, now);
        now++;
    }

    /** Lets lanes know what an object knows. */
    public void acquire(int mask, VectorClock object) {
        int left = mask;
        while (left != 0) {
            VectorClock mine = known[Integer.numberOfTrailingZeros(left)];
            int sharers = 0;
            for (int lane = 0; lane < 32; lane++) {
                if (known[lane] == mine) {
                    sharers |= 1 << lane;
                }
            }
            VectorClock target = mine;
            if ((sharers & ~mask) != 0) {
                target = mine.copy();
                for (int l = left & sharers; l != 0; l &= l - 1) {
                    known[Integer.numberOfTrailingZeros(l)] = target;
                }
            }
            target.join(object);
            left &= ~sharers;
        }
    }

    /** Orders the accesses of lanes among each other, as {@code bar.warp.sync} does. */
    public void synchronize(int mask, int live) {
        VectorClock joint = new VectorClock(block, warps);
        release(mask, live, joint);
        for (int left = mask; left != 0; left &= left - 1) {
            known[Integer.numberOfTrailingZeros(left)] = joint;
        }
    }

    /** Notes that lanes executed a proxy fence: their writes so far may be read by the asynchronous proxy. */
    public void fenceProxy(int mask, int live) {
        int left = mask;
        while (left != 0) {
            VectorClock mine = known[Integer.numberOfTrailingZeros(left)];
            int sharers = 0;
            for (int lane = 0; lane < 32; lane++) {
                if (known[lane] == mine) {
                    sharers |= 1 << lane;
                }
            }
            VectorClock target = mine.copy();
            for (int l = left & sharers; l != 0; l &= l - 1) {
                known[Integer.numberOfTrailingZeros(l)] = target;
            }
            target.learnFenced(warp, (mask & live) == live ? -1 : left & sharers, now);
            left &= ~sharers;
        }
        now++;
    }

    /** A copy of what a lane knows, its own accesses included; those it makes from now on are not. */
    public VectorClock snapshot(int lane) {
        VectorClock copy = known[lane].copy();
        copy.learn(warp, 1 << lane, now);
        return copy;
    }

    /** Ends a period: later accesses are not covered by releases so far. */
    public void advance() {
        now++;
    }
}
