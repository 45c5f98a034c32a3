package dev.clipjet.ptx.race;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * A place in memory that threads synchronise through: what those knew who released the value that is in it now, with the scope
 * they did it at. Atomic updates continue what earlier writes released; other writes replace it.
 */
public final class SyncLocation {
    /** Released to the device or wider, by anyone. */
    private VectorClock wide;
    /** By releasing block: what it released to its threads, and of that, to its cluster. */
    private final Map<Integer, VectorClock[]> narrow = new HashMap<>();

    private final int warps;

    /**
     * Nothing released.
     *
     * @param warps warps of every block
     */
    public SyncLocation(int warps) {
        this.warps = warps;
    }

    /** A value was written that nobody released. */
    void clear() {
        wide = null;
        narrow.clear();
    }

    /** A thread of a block releases what a clock says, and its own accesses up to {@code clock}, at a scope. */
    void release(int block, int scope, VectorClock known, int warp, int lane, int clock) {
        VectorClock[] own = narrow.computeIfAbsent(block, key -> new VectorClock[2]);
        own[0] = joined(own[0], block, known, warp, lane, clock);
        if (scope >= Strength.CLUSTER) {
            own[1] = joined(own[1], block, known, warp, lane, clock);
        }
        if (scope >= Strength.GPU) {
            if (wide == null) {
                wide = new VectorClock(block, warps);
            }
            wide.join(known);
            wide.learn(block, warp, 1 << lane, clock);
        }
    }

    private VectorClock joined(VectorClock into, int block, VectorClock known, int warp, int lane, int clock) {
        VectorClock target = into == null ? new VectorClock(block, warps) : into;
        target.join(known);
        target.learn(block, warp, 1 << lane, clock);
        return target;
    }

    /** Passes on the clocks that a thread of a block acquires at a scope. */
    void acquire(int block, int scope, IntPredicate sameCluster, Consumer<VectorClock> to) {
        VectorClock[] own = narrow.get(block);
        if (own != null) {
            to.accept(own[0]);
        }
        if (scope >= Strength.GPU) {
            if (wide != null) {
                to.accept(wide);
            }
        }
        if (scope >= Strength.CLUSTER) {
            narrow.forEach((other, clocks) -> {
                if (other != block && clocks[1] != null && sameCluster.test(other)) {
                    to.accept(clocks[1]);
                }
            });
        }
    }

    /** What was released to the device or wider, or null. */
    VectorClock wide() {
        return wide;
    }

    boolean isEmpty() {
        return narrow.isEmpty();
    }
}
