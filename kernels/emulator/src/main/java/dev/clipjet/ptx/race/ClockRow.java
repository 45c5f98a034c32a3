package dev.clipjet.ptx.race;

import java.util.Arrays;

/** What is known of the warps of one block. */
final class ClockRow {
    /** For each warp: the accesses of all its lanes up to this clock are known. */
    final int[] base;
    /** For each warp, or null: the accesses of single lanes beyond {@link #base}. */
    final int[][] lanes;

    ClockRow(int warps) {
        base = new int[warps];
        lanes = new int[warps][];
    }

    boolean knows(int warp, int lane, int clock) {
        return clock <= base[warp] || lanes[warp] != null && clock <= lanes[warp][lane];
    }

    void learnWarp(int warp, int clock) {
        base[warp] = Math.max(base[warp], clock);
        dropKnown(warp);
    }

    void learnLanes(int warp, int mask, int clock) {
        if (mask == -1) {
            learnWarp(warp, clock);
            return;
        }
        if (clock <= base[warp]) {
            return;
        }
        if (lanes[warp] == null) {
            lanes[warp] = new int[32];
        }
        int[] row = lanes[warp];
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            row[lane] = Math.max(row[lane], clock);
        }
        raiseBase(warp);
    }

    void join(ClockRow other) {
        for (int warp = 0; warp < base.length; warp++) {
            if (other.base[warp] > base[warp]) {
                base[warp] = other.base[warp];
                dropKnown(warp);
            }
            int[] theirs = other.lanes[warp];
            if (theirs != null) {
                if (lanes[warp] == null) {
                    lanes[warp] = theirs.clone();
                } else {
                    int[] ours = lanes[warp];
                    for (int lane = 0; lane < 32; lane++) {
                        ours[lane] = Math.max(ours[lane], theirs[lane]);
                    }
                }
                raiseBase(warp);
                dropKnown(warp);
            }
        }
    }

    /** Forgets what another does not know. */
    void meet(ClockRow other) {
        for (int warp = 0; warp < base.length; warp++) {
            int[] mine = lanes[warp];
            int[] theirs = other.lanes[warp];
            int least = Math.min(base[warp], other.base[warp]);
            if (mine != null || theirs != null) {
                int[] both = new int[32];
                for (int lane = 0; lane < 32; lane++) {
                    int my = mine == null ? base[warp] : Math.max(base[warp], mine[lane]);
                    int their = theirs == null ? other.base[warp] : Math.max(other.base[warp], theirs[lane]);
                    both[lane] = Math.min(my, their);
                }
                lanes[warp] = both;
                base[warp] = least;
                raiseBase(warp);
                dropKnown(warp);
            } else {
                base[warp] = least;
            }
        }
    }

    void set(ClockRow other) {
        for (int warp = 0; warp < base.length; warp++) {
            base[warp] = other.base[warp];
            lanes[warp] = other.lanes[warp] == null ? null : other.lanes[warp].clone();
        }
    }

    void clear() {
        Arrays.fill(base, 0);
        Arrays.fill(lanes, null);
    }

    private void raiseBase(int warp) {
        int least = Integer.MAX_VALUE;
        for (int clock : lanes[warp]) {
            least = Math.min(least, clock);
        }
        if (least > base[warp]) {
            base[warp] = least;
            dropKnown(warp);
        }
    }

    private void dropKnown(int warp) {
        int[] row = lanes[warp];
        if (row == null) {
            return;
        }
        for (int clock : row) {
            if (clock > base[warp]) {
                return;
            }
        }
        lanes[warp] = null;
    }
}
