package dev.clipjet.ptx.exec;

import java.util.Map;
import java.util.TreeMap;

/** What the threads of a launch print: within a block in the order in which they ran, block after block. */
public final class Printed {
    /** As much as a GPU keeps by default. */
    private static final int MOST = 1 << 20;

    private static final String MORE = "... and more\n";

    private final Map<Integer, StringBuilder> blocks = new TreeMap<>();

    /** A thread of a block prints. */
    public synchronized void add(int block, String text) {
        StringBuilder before = blocks.computeIfAbsent(block, key -> new StringBuilder());
        if (before.length() <= MOST) {
            before.append(text, 0, Math.min(text.length(), MOST + 1 - before.length()));
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
