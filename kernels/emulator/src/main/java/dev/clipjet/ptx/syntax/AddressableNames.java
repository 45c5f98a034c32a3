package dev.clipjet.ptx.syntax;

import java.util.HashMap;
import java.util.Map;

/** Names declared so far whose address an initializer may take: functions, and global and constant variables in scope. */
final class AddressableNames {
    private final Map<String, Integer> counts = new HashMap<>();

    void add(String name) {
        counts.merge(name, 1, Integer::sum);
    }

    void remove(String name) {
        counts.computeIfPresent(name, (key, count) -> count == 1 ? null : count - 1);
    }

    boolean contains(String name) {
        return counts.containsKey(name);
    }
}
