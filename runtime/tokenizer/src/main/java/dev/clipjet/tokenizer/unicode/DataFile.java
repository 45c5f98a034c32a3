package dev.clipjet.tokenizer.unicode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A data table that ships in the jar: sections headed by {@code [name]}, each a list of tokens apart by blanks; lines that
 * start with {@code #} are comments.
 */
public final class DataFile {
    private final String name;
    private final Map<String, List<String>> sections;

    private DataFile(String name, Map<String, List<String>> sections) {
        this.name = name;
        this.sections = sections;
    }

    /** Reads a table that lies beside a class. */
    public static DataFile read(Class<?> owner, String name) {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        List<String> current = new ArrayList<>();
        try (InputStream in = owner.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("data table " + name + " is missing from the jar");
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith("[")) {
                    current = new ArrayList<>();
                    sections.put(line.substring(1, line.length() - 1), current);
                } else if (!line.startsWith("#")) {
                    current.addAll(List.of(line.split(" ", -1)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("data table " + name + " cannot be read", e);
        }
        return new DataFile(name, sections);
    }

    /** The tokens of a section. */
    public List<String> section(String section) {
        List<String> tokens = sections.get(section);
        if (tokens == null) {
            throw new IllegalStateException("data table " + name + " has no section " + section);
        }
        return tokens;
    }

    /** A section of code points and ranges as a set. */
    public CodePointSet set(String section) {
        return CodePointSet.parse(section(section));
    }

    /** A section of {@code key=code points} entries, the key as it is written. */
    public Map<String, String> strings(String section) {
        Map<String, String> map = new HashMap<>();
        for (String token : section(section)) {
            int equals = token.lastIndexOf('=');
            map.put(token.substring(0, equals), text(token.substring(equals + 1), ","));
        }
        return map;
    }

    /** A section of {@code key=code points} entries, the key a hexadecimal number. */
    public Map<Integer, String> mappings(String section) {
        Map<Integer, String> map = new HashMap<>();
        strings(section).forEach((key, value) -> map.put(hex(key), value));
        return map;
    }

    static int hex(String digits) {
        return Integer.parseInt(digits, 16);
    }

    private static String text(String codePoints, String separator) {
        StringBuilder text = new StringBuilder();
        for (String codePoint : codePoints.split(separator, -1)) {
            text.appendCodePoint(hex(codePoint));
        }
        return text.toString();
    }
}
