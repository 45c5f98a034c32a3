package dev.clipjet.conformance.growth;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.tokenizer.ClipTokenizer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Texts of growing length, each a piece that repeats, in every profile. */
class TextGrowthTest {
    private static final String[] PIECES = {
        "a",
        "ab ",
        "amp;",
        "amp;#38;",
        "&amp;",
        "&",
        "&lt;",
        "&semi",
        "&#49",
        "&eacute;",
        "\u00e9",
        "\u00c3\u00a9",
        "\u00e2\u20ac\u2122",
        "\u00c3\u6f22",
        "a\u0301\u0323\u0301",
        "\u0323\u0301",
        "\ud55c",
        "\u1112\u1161\u11ab",
        "'s",
        "1",
        "<|endoftext|>",
        "<start_of_text>",
        "<|",
        "\n",
        " \t",
        "\033[1;",
        "\ufb01",
        "\u2019",
        "\ud83d\ude00",
        "\u0413\u045e\u0412\u0402\u0412",
        "\u4e00",
    };

    @ParameterizedTest
    @EnumSource(TokenizerProfile.class)
    void texts(TokenizerProfile profile) throws Exception {
        ClipTokenizer tokenizer = ClipTokenizer.openAi(profile);
        for (String piece : PIECES) {
            boolean nests = piece.contains("amp;") || piece.equals("&semi");
            for (String first : nests ? new String[] {"&", "\u00e9&"} : new String[] {""}) {
                Growth.check(
                        profile.label() + ", " + escaped(first + piece),
                        n -> first + piece.repeat(Math.max(1, n / piece.length())),
                        text -> {
                            try {
                                tokenizer.encode(text);
                            } catch (InvalidInputException refused) {
                                // As good as ids.
                            }
                        });
            }
        }
    }

    private static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        for (char c : text.toCharArray()) {
            out.append(c >= ' ' && c < 0x7f ? String.valueOf(c) : String.format("\\u%04x", (int) c));
        }
        return out.toString();
    }
}
