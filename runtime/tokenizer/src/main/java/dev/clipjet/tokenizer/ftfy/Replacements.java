package dev.clipjet.tokenizer.ftfy;

import dev.clipjet.tokenizer.unicode.CodePointSet;
import java.util.Map;
import java.util.stream.Collectors;

/** Characters that are replaced by others wherever they stand. */
final class Replacements {
    private final Map<Integer, String> replacements;
    private final CodePointSet replaced;

    /** @param section the section of the tables that lists them */
    Replacements(String section) {
        replacements = TextFixer.TABLES.mappings(section);
        replaced = CodePointSet.of(
                replacements.keySet().stream().map(Character::toString).collect(Collectors.joining()));
    }

    String apply(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean replace = replaced.contains(c);
            if (replace && out == null) {
                out = new StringBuilder(text.length()).append(text, 0, i);
            }
            if (replace) {
                out.append(replacements.get((int) c));
            } else if (out != null) {
                out.append(c);
            }
        }
        return out == null ? text : out.toString();
    }
}
