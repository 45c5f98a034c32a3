package dev.clipjet.tokenizer.ftfy;

import dev.clipjet.tokenizer.unicode.CodePointSet;

/** Finds UTF-8 sequences that were read as single bytes inside of a text that is otherwise right, and repairs them alone. */
final class EmbeddedUtf8 {
    private static final CodePointSet[] LEADS = {set("utf8_first_of_2"), set("utf8_first_of_3"), set("utf8_first_of_4")
    };
    private static final CodePointSet CONTINUATION = set("utf8_continuation");
    /** Continuations that rarely stand for themselves. */
    private static final CodePointSet STRICT = set("utf8_continuation_strict");

    private EmbeddedUtf8() {}

    private static CodePointSet set(String name) {
        return TextFixer.TABLES.set("utf8 " + name);
    }

    static String fix(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); ) {
            int end = i > 0 && STRICT.contains(text.charAt(i - 1)) ? i : sequencesEnd(text, i);
            if (end == i) {
                out.append(text.charAt(i++));
                continue;
            }
            String part = text.substring(i, end);
            // A part that is all of the text has been tried already.
            boolean repaired = part.length() < text.length() && Mojibake.isLikely(part);
            out.append(repaired ? EncodingFixer.fix(part) : part);
            i = end;
        }
        return out.toString();
    }

    /** End of the longest chain of sequences from a place; the place itself if there is none. */
    private static int sequencesEnd(String text, int start) {
        int end = start;
        for (int length = sequence(text, end); length > 0; length = sequence(text, end)) {
            end += length;
        }
        return end;
    }

    private static int sequence(String text, int start) {
        for (int more = 1; more <= LEADS.length; more++) {
            if (start + more < text.length()
                    && LEADS[more - 1].contains(text.charAt(start))
                    && continues(text, start, more)) {
                return more + 1;
            }
        }
        return 0;
    }

    private static boolean continues(String text, int start, int more) {
        for (int i = start + 1; i <= start + more; i++) {
            if (!CONTINUATION.contains(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
