package dev.clipjet.tokenizer.ftfy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** References within references: every round of repairs takes one level off, and the result is that of all rounds. */
class NestedReferencesTest {
    /** Pieces that references, mojibake, composition and terminal escapes are made of. */
    private static final String[] PIECES = {
        "&",
        "&amp;",
        "amp;",
        "&AMP;",
        "#38;",
        "#x26;",
        "lt;",
        "&lt;",
        "eacute;",
        "&eacute;",
        "#233;",
        "semi;",
        "&semi",
        ";",
        "&#59",
        "#",
        "num;",
        "&num;",
        "#128;",
        "&#128;",
        "#769;",
        "&#769;",
        "&Atilde;",
        "Atilde;",
        "&#195;",
        "copy;",
        "#169;",
        "&lsquo;",
        "ldquo;",
        "&NewLine;",
        "&Tab;",
        "#13;",
        "&#27;[31m",
        "#27;",
        "#0;",
        "&fjlig;",
        "x",
        "a",
        "L",
        " ",
        "\u00e9",
        "\u00c3",
        "\u00a9",
        "\u00c3\u00a9",
        "\u00c2",
        "\u0301",
        "\u0323",
        "\u2019",
        "\u0152",
        "\u0413\u045e\u0412\u0402\u0412",
        "\u00e0",
        "\u6f22",
        "\ufb01",
        "\u00c3\u0192",
        "\ud83d\ude00",
        "\ud83d",
        "'",
        "?",
        "\n",
        "\r",
        "_",
        "9"
    };

    /** The definition: all repairs, until nothing changes any more. */
    private static String roundByRound(String text) {
        String fixed = text;
        while (true) {
            String before = fixed;
            fixed = TextFixer.repair(Entities.unescape(fixed));
            if (fixed.equals(before)) {
                return fixed;
            }
        }
    }

    private static String random(Random random, int pieces) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < pieces; i++) {
            String piece = PIECES[random.nextInt(PIECES.length)];
            int times = random.nextInt(4) == 0 ? 1 + random.nextInt(12) : 1;
            out.append(piece.repeat(times));
        }
        return out.toString();
    }

    @Test
    void equalsTheRepairsRoundByRound() {
        int nested = 0;
        for (int seed = 0; seed < 20_000; seed++) {
            String text = random(new Random(seed), 1 + seed % 30);
            if (text.indexOf('<') >= 0 || text.indexOf('\n') >= 0) {
                continue; // markup, and several segments
            }
            assertThat(TextFixer.fix(text)).as("seed %d: %s", seed, text).isEqualTo(roundByRound(text));
            nested += Entities.unescape(text).equals(text) ? 0 : 1;
        }
        assertThat(nested).isGreaterThan(5_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"amp;", "#38;", "AMP;", "#x26;", "amp;#38;", "amp;amp;AMP;#0038;", "amp;lt;amp;", "amp;eacute;&"
            })
    void chainsOfAnyLengthEqualTheRepairsRoundByRound(String link) {
        for (String before : new String[] {"&", "\u00e9&", "\u00c3\u6f22&", "\u00c3\u00a9 &", "Л&"}) {
            for (String after : new String[] {"", "lt;", "\u00e9", "\u0301", "eacute;", "copy;\u00c3"}) {
                for (int n : new int[] {1, 2, 3, 5, 17, 40}) {
                    String text = before + link.repeat(n) + after;
                    assertThat(TextFixer.fix(text)).as(text).isEqualTo(roundByRound(text));
                }
            }
        }
    }

    @Test
    void semicolonsMadeByReferencesEndOthers() {
        String text = "&semi".repeat(30) + ";";
        assertThat(TextFixer.fix(text)).isEqualTo(";").isEqualTo(roundByRound(text));
        assertThat(TextFixer.fix("&" + "amp;".repeat(100_000) + "lt;b")).isEqualTo("<b");
    }
}
