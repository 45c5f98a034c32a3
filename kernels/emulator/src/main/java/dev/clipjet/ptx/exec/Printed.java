package dev.clipjet.ptx.exec;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What the threads of a launch print: within a block in the order in which they ran, block after block. */
public final class Printed {
    /** As much as a GPU keeps by default. */
    private static final int MOST = 1 << 20;

    private static final String MORE = "... and more\n";

    private final NavigableMap<Integer, StringBuilder> blocks = new TreeMap<>();
    private int total;
    /** From this block on nothing is kept: what those before it printed is already more than is shown. */
    private int dropped = Integer.MAX_VALUE;

    /** A thread of a block prints. */
    public synchronized void add(int block, String text) {
        if (block >= dropped) {
            return;
        }
        StringBuilder before = blocks.computeIfAbsent(block, key -> new StringBuilder());
        int count = Math.min(text.length(), MOST + 1 - before.length());
        before.append(text, 0, count);
        total += count;
        while (total - blocks.lastEntry().getValue().length() > MOST) {
            Map.Entry<Integer, StringBuilder> last = blocks.pollLastEntry();
            dropped = last.getKey();
            total -= last.getValue().length();
        }
    }

    /** All of it; cut where it gets long. */
    synchronized String text() {
        StringBuilder all = new StringBuilder();
        for (StringBuilder text : blocks.values()) {
            all.append(text);
            if (all.length() > MOST) {
                all.setLength(MOST);
                return all.append(MORE).toString();
            }
        }
        return all.toString();
    }
}
