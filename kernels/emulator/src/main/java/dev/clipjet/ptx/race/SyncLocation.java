package dev.clipjet.ptx.race;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * A place in memory that threads synchronize through: what those knew who released the value that is in it now, with the scope
 * they did it at. Atomic updates continue what earlier writes released; other writes replace it.
 */
public final class SyncLocation {
    /** Released to the device or wider, by anyone. */
    private VectorClock wide;
    /** By releasing block: what it released to its threads, and of that, to its cluster. */
    private final Map<Integer, VectorClock[]> narrow = new HashMap<>();

    private final int warps;
    /** The latest atomic update: it has observed every strong write since the value that the updates began with. */
    private int updaterBlock = -1;

    private int updater;
    private int updaterClock;
    private boolean written;
    /** Whether a strong write that is no update followed others, so that the latest update has not observed all. */
    private boolean replaced;

    /**
     * Nothing released.
     *
     * @param warps warps of every block
     */
    public SyncLocation(int warps) {
        this.warps = warps;
    }

    /** A strong write replaces what is in the place by a value that nobody released so far. */
    void replace() {
        wide = null;
        narrow.clear();
        replaced = written;
        written = true;
        updaterBlock = -1;
    }

    /** A thread updates the place atomically. */
    void update(int block, int thread, int clock) {
        written = true;
        updaterBlock = block;
        updater = thread;
        updaterClock = clock;
    }

    /** A plain write replaces what is in the place: nobody who reads it from now on learns what was released. */
    public void overwrite() {
        wide = null;
        narrow.clear();
        written = false;
        replaced = false;
    }

    /**
     * Whether all strong writes to the place come before what a thread does next, because it made the latest update or knows of
     * it. An update observes the updates before it, and observation orders these, though nothing else of their threads, before
     * whatever follows the observer (the causality order of PTX).
     *
     * @param block the thread's block
     * @param thread the thread in it
     * @param known what the thread knows
     */
    public boolean observedBy(int block, int thread, VectorClock known) {
        return updaterBlock >= 0
                && !replaced
                && (updaterBlock == block && updater == thread
                        || known.knows(updaterBlock, updater >>> 5, updater & 31, updaterClock));
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
