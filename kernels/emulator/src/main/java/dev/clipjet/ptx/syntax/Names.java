package dev.clipjet.ptx.syntax;

import java.util.HashMap;
import java.util.Map;

/**
 * The names declared in one scope, each once: registers, variables, labels and lists of targets share a name space. The range
 * {@code %r<4>} declares {@code %r0} to {@code %r3}.
 */
final class Names {
    /** The longest number behind the prefix of a range. */
    private static final int MAX_DIGITS = 9;

    private final TokenReader in;
    // Most scopes declare little: a map is immutable until it gets its second entry.
    private Map<String, Integer> lines = Map.of();
    private Map<String, Integer> ranges = Map.of();
    private Map<String, Integer> lowestNumbers = Map.of();

    Names(TokenReader in) {
        this.in = in;
    }

    /** Declares a name. */
    void declare(String name, int line) {
        int length = name.length();
        int number = 0;
        int scale = 1;
        for (int digits = 1; digits <= MAX_DIGITS && digits < length; digits++) {
            char c = name.charAt(length - digits);
            if (c < '0' || c > '9') {
                break;
            }
            number += (c - '0') * scale;
            scale *= 10;
            if (c != '0' || digits == 1) {
                String prefix = name.substring(0, length - digits);
                if (number < ranges.getOrDefault(prefix, 0)) {
                    throw in.error(line, "declared twice in one scope, by a range first", name);
                }
                int lowest = lowestNumbers.getOrDefault(prefix, Integer.MAX_VALUE);
                if (number < lowest) {
                    lowestNumbers = with(lowestNumbers, prefix, number);
                }
            }
        }
        refuseSecond(lines, name, line);
        lines = with(lines, name, line);
    }

    /** Declares a range of names. */
    void declareRange(String prefix, int count, int line) {
        if (lowestNumbers.getOrDefault(prefix, Integer.MAX_VALUE) < count) {
            throw in.error(line, "a range that holds a name declared before", prefix + "<" + count + ">");
        }
        refuseSecond(ranges, prefix, line);
        ranges = with(ranges, prefix, count);
    }

    private static Map<String, Integer> with(Map<String, Integer> map, String name, int value) {
        if (map.isEmpty()) {
            return Map.of(name, value);
        }
        Map<String, Integer> target = map.size() == 1 ? new HashMap<>(map) : map;
        target.put(name, value);
        return target;
    }

    private void refuseSecond(Map<String, Integer> declared, String name, int line) {
        if (declared.containsKey(name)) {
            throw in.error(line, "declared twice in one scope", name);
        }
    }
}
