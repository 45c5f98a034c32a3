package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.report.Finding;
import dev.clipjet.ptx.report.FindingKind;
import dev.clipjet.ptx.report.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a launch found. An error is told once for each pair of instructions, for the first block in which it occurs, so that the
 * result does not depend on how blocks were spread over threads.
 */
final class FindingLog {
    private record Key(int pc, FindingKind kind, int otherLine, String otherFile) implements Comparable<Key> {
        private static final Comparator<Key> ORDER = Comparator.comparingInt(Key::pc)
                .thenComparing(Key::kind)
                .thenComparingInt(Key::otherLine)
                .thenComparing(Key::otherFile);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    private record Entry(int block, Finding finding) {}

    private final Map<Key, Entry> entries = new TreeMap<>();
    private final KernelCode code;

    FindingLog(KernelCode code) {
        this.code = code;
    }

    void add(FindingKind kind, Block block, int pc, Place place, String detail, Place other, String otherFile) {
        Finding finding = new Finding(kind, code.name(), code.file(), place, detail, other, otherFile);
        synchronized (this) {
            Key key = new Key(pc, kind, other == null ? 0 : other.line(), otherFile);
            Entry before = entries.get(key);
            if (before == null || block.linearIndex() < before.block) {
                entries.put(key, new Entry(block.linearIndex(), finding));
            }
        }
        if (kind.fatal()) {
            throw new KernelFault(finding);
        }
    }

    synchronized List<Finding> all() {
        List<Finding> found = new ArrayList<>();
        entries.values().forEach(entry -> found.add(entry.finding));
        return found;
    }
}
