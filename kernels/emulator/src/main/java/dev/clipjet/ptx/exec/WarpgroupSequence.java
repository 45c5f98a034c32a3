package dev.clipjet.ptx.exec;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** The matrix instructions that a warpgroup executes: its four warps must execute the same ones with the same operands. */
final class WarpgroupSequence {
    /** One instruction as the first warp to reach it executed it. */
    private record Entry(int pc, long a, long b, boolean scale) {}

    private final Deque<Entry> entries = new ArrayDeque<>();
    private final long[] reached = new long[4];
    private long dropped;

    void reset() {
        entries.clear();
        Arrays.fill(reached, 0);
        dropped = 0;
    }

    /** A warp executes its next instruction; false if another warp executed another one in its place. */
    boolean next(int warp, int pc, long a, long b, boolean scale) {
        Entry mine = new Entry(pc, a, b, scale);
        long at = reached[warp & 3]++;
        boolean same = true;
        if (at == dropped + entries.size()) {
            entries.add(mine);
        } else {
            int skip = (int) (at - dropped);
            for (Entry entry : entries) {
                if (skip-- == 0) {
                    same = entry.equals(mine);
                    break;
                }
            }
        }
        long least = Arrays.stream(reached).min().orElse(0);
        while (dropped < least) {
            entries.remove();
            dropped++;
        }
        return same;
    }
}
