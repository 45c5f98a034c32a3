package dev.clipjet.ptx.race;

import java.util.Arrays;
import java.util.function.IntPredicate;

/** The clock of a warp, and what each of its lanes knows of others. Lanes that know the same share a vector clock. */
public final class WarpClock {
    private static final int LAST_CLOCK = (1 << 27) - 1;

    private final int block;
    private final int warp;
    private final int warps;
    private final VectorClock[] known = new VectorClock[32];
    /** What all lanes know, or null if they know different things. */
    private VectorClock common;

    private int now = 1;
    private Fences fences;

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
        common = new VectorClock(block, warps);
        Arrays.fill(known, common);
    }

    /** Index of the warp. */
    public int warp() {
        return warp;
    }

    /** The clock that accesses carry now. */
    public int now() {
        return now;
    }

    /** What a lane knows. */
    public VectorClock known(int lane) {
        return known[lane];
    }

    /** What all lanes know, or null if they know different things. */
    VectorClock common() {
        return common;
    }

    private void findCommon() {
        common = known[0];
        for (int lane = 1; lane < 32; lane++) {
            if (known[lane] != common) {
                common = null;
                return;
            }
        }
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
        object.learn(block, warp, (mask & live) == live ? -1 : mask, now);
        tick();
    }

    /** Lets an object know what a lane knows and has done. */
    public void releaseLane(int lane, VectorClock object) {
        object.join(known[lane]);
        object.learn(block, warp, 1 << lane, now);
        tick();
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
        findCommon();
    }

    /** Lanes learn that an asynchronous agent's operations up to a clock are over. */
    public void learn(int mask, int agent, int clock) {
        if (clock > 0) {
            VectorClock news = new VectorClock(block, warps);
            news.learn(agent >>> 5, 1 << (agent & 31), clock);
            acquire(mask, news);
        }
    }

    /** Lanes learn that the grids are over that the launch depends on. */
    public void learnPrerequisites(int mask) {
        VectorClock news = new VectorClock(block, warps);
        news.learnPrerequisites();
        acquire(mask, news);
    }

    /** Whether a lane knows that the grids are over that the launch depends on. */
    public boolean prerequisitesOver(int lane) {
        return known[lane].prerequisitesOver();
    }

    /** What a lane's last fence for the device or wider covers, as an object of its own; null without such a fence. */
    VectorClock releasedToDevice(int lane) {
        return fences == null ? null : fences.releasedToDevice(warp, lane);
    }

    /** Lets lanes know exactly what an object knows, which is all they know themselves and perhaps more. */
    public void adopt(int mask, VectorClock object) {
        VectorClock joint = object.copy();
        for (int left = mask; left != 0; left &= left - 1) {
            known[Integer.numberOfTrailingZeros(left)] = joint;
        }
        findCommon();
    }

    /** Orders the accesses of lanes among each other, as {@code bar.warp.sync} does. */
    public void synchronize(int mask, int live) {
        VectorClock joint = new VectorClock(block, warps);
        release(mask, live, joint);
        for (int left = mask; left != 0; left &= left - 1) {
            known[Integer.numberOfTrailingZeros(left)] = joint;
        }
        findCommon();
    }

    /** Notes that lanes executed a proxy fence: the writes they made or know of may be read by the asynchronous proxy. */
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
            target.fenceKnown();
            target.learnFenced(warp, (mask & live) == live ? -1 : left & sharers, now);
            left &= ~sharers;
        }
        findCommon();
        tick();
    }

    /** Lanes execute a fence of a scope. */
    public void fence(int mask, int scope) {
        if (fences == null) {
            fences = new Fences();
        }
        for (int level = 0; level < Fences.levels(scope); level++) {
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                VectorClock seen = fences.take(lane, level);
                if (seen != null) {
                    acquire(1 << lane, seen);
                }
            }
        }
        VectorClock last = null;
        VectorClock snapshot = null;
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            if (known[lane] != last) {
                last = known[lane];
                snapshot = last.copy();
            }
            fences.fence(lane, scope, snapshot, now);
        }
        tick();
    }

    /**
     * A lane writes a value to a place that others may acquire from.
     *
     * @param lane the lane
     * @param place the place
     * @param scope scope of the write
     * @param release whether the write itself releases; earlier fences do in any case
     * @param update whether it is an atomic update, which passes on what earlier writes released
     */
    public void publish(int lane, SyncLocation place, int scope, boolean release, boolean update) {
        if (update) {
            place.update(block, warp << 5 | lane, now);
        } else {
            place.replace();
        }
        if (release) {
            place.release(block, scope, known[lane], warp, lane, now);
            tick();
        } else if (fences != null) {
            fences.release(block, warp, lane, scope, place);
        }
    }

    /** A lane reads the value at a place by a strong read; if that does not acquire, a later fence may. */
    public void observe(int lane, SyncLocation place, int scope, boolean acquire, IntPredicate sameCluster) {
        if (place.isEmpty()) {
            return;
        }
        if (acquire) {
            place.acquire(block, scope, sameCluster, released -> acquire(1 << lane, released));
            return;
        }
        if (fences == null) {
            fences = new Fences();
        }
        for (int level = 0; level < Fences.levels(scope); level++) {
            int at = level;
            place.acquire(block, level, sameCluster, released -> fences.see(lane, at, block, warps, released));
        }
    }

    /** As {@link #observe}, where the value was written by an earlier grid that still ran. */
    public void observeEarlier(
            int lane, int grid, EarlierNumbers numbers, SyncLocation place, int scope, boolean acquire) {
        if (scope < Strength.GPU || place.wide() == null) {
            return;
        }
        VectorClock news = new VectorClock(block, warps);
        news.joinEarlier(grid, place.wide(), numbers);
        if (acquire) {
            acquire(1 << lane, news);
            return;
        }
        if (fences == null) {
            fences = new Fences();
        }
        fences.see(lane, scope, block, warps, news);
    }

    private void tick() {
        if (++now == LAST_CLOCK) {
            throw new IllegalStateException("a warp synchronized more than " + LAST_CLOCK + " times in one launch");
        }
    }
}
