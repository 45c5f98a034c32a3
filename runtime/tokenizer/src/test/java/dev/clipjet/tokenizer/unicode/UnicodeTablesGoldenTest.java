package dev.clipjet.tokenizer.unicode;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.tokenizer.TokenizerGolden;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/** Every code point in every table. */
class UnicodeTablesGoldenTest {
    private static final int CODE_POINTS = 0x110000;

    private final JsonNode expected = TokenizerGolden.json("unicode-classes.json");

    @Test
    void classes() {
        Map<String, CharacterClasses> engines = Map.of(
                "regex-module", CharacterClasses.unicode17(),
                "tokenizers-0.20.3", CharacterClasses.unicode14(),
                "tokenizers-0.23.3", CharacterClasses.unicode16());
        engines.forEach((engine, classes) -> {
            Map<String, Byte> names =
                    Map.of("L", CharacterClasses.LETTER, "N", CharacterClasses.NUMBER, "s", CharacterClasses.SPACE);
            names.forEach((name, kind) -> assertThat(matching(c -> classes.of(c) == kind))
                    .as("%s %s", engine, name)
                    .isEqualTo(ranges(expected.get(engine).get(name))));
        });
    }

    @Test
    void pythonSets() {
        assertThat(matching(UnicodeSets.other()::contains)).isEqualTo(ranges(expected.get("python-3.11-category-C")));
        BitSet python = ranges(expected.get("regex-module").get("s"));
        expected.get("python-isspace-only").forEach(c -> python.set(c.intValue()));
        assertThat(matching(WhiteSpace::isPythonSpace)).isEqualTo(python);
    }

    @Test
    void lowerCase() {
        Map<Integer, String> python = mappings(expected.get("python-3.11-lower"));
        Map<Integer, String> unicode17 = new HashMap<>(python);
        unicode17.putAll(mappings(expected.get("tokenizers-0.23.3").get("lower-differs-from-python-3.11")));
        Map<Integer, String> foundPython = new TreeMap<>();
        Map<Integer, String> foundUnicode17 = new TreeMap<>();
        for (int c = 0; c < CODE_POINTS; c++) {
            String text = Character.toString(c);
            note(c, LowerCase.python(text), foundPython);
            note(c, LowerCase.perCharacter17(text), foundUnicode17);
            assertThat(LowerCase.perCharacter14(text)).isEqualTo(LowerCase.python(text));
        }
        assertThat(foundPython).isEqualTo(new TreeMap<>(python));
        assertThat(foundUnicode17).isEqualTo(new TreeMap<>(unicode17));
    }

    private static void note(int c, String lower, Map<Integer, String> found) {
        if (!lower.equals(Character.toString(c))) {
            found.put(c, lower);
        }
    }

    private static Map<Integer, String> mappings(JsonNode list) {
        Map<Integer, String> map = new HashMap<>();
        list.forEach(pair -> {
            StringBuilder lower = new StringBuilder();
            pair.get(1).forEach(c -> lower.appendCodePoint(c.intValue()));
            map.put(pair.get(0).intValue(), lower.toString());
        });
        return map;
    }

    private static BitSet matching(IntPredicate predicate) {
        BitSet set = new BitSet();
        for (int c = 0; c < CODE_POINTS; c++) {
            set.set(c, predicate.test(c));
        }
        return set;
    }

    private static BitSet ranges(JsonNode list) {
        BitSet set = new BitSet();
        list.forEach(range -> set.set(range.get(0).intValue(), range.get(1).intValue() + 1));
        return set;
    }
}
