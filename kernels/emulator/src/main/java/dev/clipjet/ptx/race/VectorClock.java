package dev.clipjet.ptx.race;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What a thread, or an object that threads synchronize through, knows of all threads of a grid. */
public final class VectorClock {
    private static final int BLOCK_BITS = 22;

    private final int block;
    private final int warps;
    private final ClockRow own;
    /** Up to where generic writes of the own block have passed a proxy fence that is known of. */
    private final ClockRow fenced;

    /** Whether anything has passed one. */
    private boolean anyFenced;
    /** The same of other blocks, for those threads of theirs that learn from this clock; null for nothing. */
    private Map<Integer, ClockRow> remoteFenced;

    private Map<Integer, ClockRow> remote;
    /** Whether the grids are known to be over that the launch depends on. */
    private boolean prerequisitesOver;
    /** Bits of the earlier grids that are known to be over, as a thread of another one knew. */
    private int earlierOver;

    /**
     * Nothing known.
     *
     * @param block linear index of the block it belongs to
     * @param warps warps of every block
     */
    public VectorClock(int block, int warps) {
        this.block = block;
        this.warps = warps;
        own = new ClockRow(warps + Agents.ASYNC_WARPS);
        fenced = new ClockRow(warps + Agents.ASYNC_WARPS);
    }

    /** A copy. */
    public VectorClock copy() {
        VectorClock copy = new VectorClock(block, warps);
        copy.set(this);
        return copy;
    }

    /** Whether accesses of a thread up to a clock are known. */
    public boolean knows(int ofBlock, int warp, int lane, int clock) {
        if (ofBlock == block) {
            return own.knows(warp, lane, clock);
        }
        if (remote == null) {
            return false;
        }
        ClockRow row = remote.get(ofBlock);
        return row != null && row.knows(warp, lane, clock);
    }

    /** For each warp of the own block, the clock up to which the accesses of all its lanes are known; not to be changed. */
    int[] base() {
        return own.base;
    }

    /** Whether accesses of a thread of the own block are known. */
    public boolean knows(int warp, int lane, int clock) {
        return own.knows(warp, lane, clock);
    }

    /** Whether generic writes of a thread of the own block up to a clock may be read by the asynchronous proxy. */
    public boolean knowsFenced(int warp, int lane, int clock) {
        return fenced.knows(warp, lane, clock);
    }

    /** Learns of lanes of the own block; {@code mask} -1 means the whole warp. */
    public void learn(int warp, int mask, int clock) {
        own.learnLanes(warp, mask, clock);
    }

    /** Learns of lanes of any block. */
    void learn(int ofBlock, int warp, int mask, int clock) {
        row(ofBlock, own).learnLanes(warp, mask, clock);
    }

    /** What is known now has passed a proxy fence. */
    void fenceKnown() {
        fenced.join(own);
        anyFenced = true;
    }

    /** Learns of a proxy fence by lanes of the own block. */
    public void learnFenced(int warp, int mask, int clock) {
        fenced.learnLanes(warp, mask, clock);
        anyFenced = true;
    }

    /** Whether the grids are known to be over that the launch depends on. */
    boolean prerequisitesOver() {
        return prerequisitesOver;
    }

    /** Whether accesses of a thread of an earlier grid, which still ran, up to a clock are known. */
    boolean knowsEarlier(int grid, int ofBlock, int warp, int lane, int clock) {
        if ((earlierOver >>> grid & 1) != 0) {
            return true;
        }
        ClockRow row = remote == null ? null : remote.get(earlier(grid, ofBlock));
        return row != null && row.knows(warp, lane, clock);
    }

    /** Learns all that threads of an earlier grid released of themselves and others. */
    void joinEarlier(int grid, VectorClock released, EarlierNumbers numbers) {
        row(earlier(grid, released.block), released.own).join(released.own);
        if (released.prerequisitesOver) {
            earlierOver |= numbers.prerequisites();
        }
        earlierOver |= numbers.here(released.earlierOver);
        if (released.remote != null) {
            released.remote.forEach((id, known) -> {
                int other = id >= 0 ? grid : numbers.here()[~id >>> BLOCK_BITS];
                if (other >= 0) {
                    row(earlier(other, id >= 0 ? id : ~id & (1 << BLOCK_BITS) - 1), known)
                            .join(known);
                }
            });
        }
    }

    /** Blocks of earlier grids have negative numbers. */
    private static int earlier(int grid, int ofBlock) {
        return ~(grid << BLOCK_BITS | ofBlock);
    }

    /** Learns that the grids are over that the launch depends on. */
    void learnPrerequisites() {
        prerequisitesOver = true;
    }

    /** Forgets what another does not know. */
    void meet(VectorClock other) {
        if (other.block != block) {
            throw new IllegalArgumentException("clocks of different blocks");
        }
        own.meet(other.own);
        fenced.meet(other.fenced);
        remoteFenced = null;
        prerequisitesOver &= other.prerequisitesOver;
        earlierOver &= other.earlierOver;
        if (remote != null) {
            remote.keySet().retainAll(other.remote == null ? Set.of() : other.remote.keySet());
            remote.forEach((id, known) -> known.meet(other.remote.get(id)));
        }
    }

    /** Learns all another knows. */
    public void join(VectorClock other) {
        prerequisitesOver |= other.prerequisitesOver;
        earlierOver |= other.earlierOver;
        row(other.block, other.own).join(other.own);
        if (other.anyFenced) {
            fencedRow(other.block).join(other.fenced);
        }
        joinRemote(other);
    }

    private void joinRemote(VectorClock other) {
        if (other.remoteFenced != null) {
            other.remoteFenced.forEach((id, known) -> fencedRow(id).join(known));
        }
        if (other.remote != null) {
            other.remote.forEach((id, known) -> row(id, known).join(known));
        }
    }

    /** Becomes equal to another of the same block. */
    public void set(VectorClock other) {
        if (other.block != block) {
            throw new IllegalArgumentException("clocks of different blocks");
        }
        own.set(other.own);
        fenced.set(other.fenced);
        anyFenced = other.anyFenced;
        prerequisitesOver = other.prerequisitesOver;
        earlierOver = other.earlierOver;
        remoteFenced = null;
        remote = null;
        joinRemote(other);
    }

    /** Forgets everything. */
    public void clear() {
        own.clear();
        fenced.clear();
        anyFenced = false;
        remoteFenced = null;
        prerequisitesOver = false;
        earlierOver = 0;
        remote = null;
    }

    private ClockRow fencedRow(int ofBlock) {
        if (ofBlock == block) {
            anyFenced = true;
            return fenced;
        }
        if (remoteFenced == null) {
            remoteFenced = new HashMap<>();
        }
        return remoteFenced.computeIfAbsent(ofBlock, key -> new ClockRow(fenced.base.length));
    }

    /** What is known of a block, which has as many warps as another row is for. */
    private ClockRow row(int id, ClockRow like) {
        if (id == block) {
            return own;
        }
        if (remote == null) {
            remote = new HashMap<>();
        }
        return remote.computeIfAbsent(id, key -> new ClockRow(like.base.length));
    }
}
