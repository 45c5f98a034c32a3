package dev.clipjet.ptx.race;

/**
 * What the threads of a warp did around fences: a strong write after a fence releases what was known at the fence, and a fence
 * after a strong read acquires what the read saw.
 */
final class Fences {
    private static final int LEVELS = 3;

    private final VectorClock[][] known = new VectorClock[LEVELS][32];
    private final int[][] clock = new int[LEVELS][32];
    private final VectorClock[][] seen = new VectorClock[LEVELS][32];

    private static int level(int scope) {
        return Math.min(scope, LEVELS - 1);
    }

    /** A lane executes a fence; {@code snapshot} must not change any more. */
    void fence(int lane, int scope, VectorClock snapshot, int now) {
        for (int level = 0; level <= level(scope); level++) {
            known[level][lane] = snapshot;
            clock[level][lane] = now;
        }
    }

    /** What was known at a lane's last fence for the device or wider, what it did itself included; null without one. */
    VectorClock releasedToDevice(int warp, int lane) {
        VectorClock before = known[Strength.GPU][lane];
        if (before == null) {
            return null;
        }
        VectorClock released = before.copy();
        released.learn(warp, 1 << lane, clock[Strength.GPU][lane]);
        return released;
    }

    /** A strong write of a lane releases what its fences cover. */
    void release(int block, int warp, int lane, int scope, SyncLocation location) {
        for (int level = 0; level < LEVELS; level++) {
            if (known[level][lane] != null) {
                location.release(block, Math.min(level, scope), known[level][lane], warp, lane, clock[level][lane]);
            }
        }
    }

    /** A strong read of a lane saw something that a fence of at least this scope will acquire. */
    void see(int lane, int scope, int block, int warps, VectorClock released) {
        VectorClock[] mine = seen[level(scope)];
        if (mine[lane] == null) {
            mine[lane] = new VectorClock(block, warps);
        }
        mine[lane].join(released);
    }

    /** What a lane's fence of a scope acquires at one level, or null. */
    VectorClock take(int lane, int level) {
        VectorClock taken = seen[level][lane];
        seen[level][lane] = null;
        return taken;
    }

    static int levels(int scope) {
        return level(scope) + 1;
    }
}
