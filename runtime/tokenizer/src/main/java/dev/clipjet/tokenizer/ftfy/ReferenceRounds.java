package dev.clipjet.tokenizer.ftfy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Rounds of {@link TextFixer} in which nothing changes but character references: {@code &amp;amp;lt;} takes three. Each is
 * done in place, in time of the references it replaces, where a whole round goes over all of the text; so nested references
 * cost no more than their length.
 *
 * <p>That all other repairs leave a text alone is seen from the surroundings of each replacement: they look at a few
 * characters at a time, and only where one of these is outside of ASCII. Where that cannot be seen the rounds end, and a whole
 * one follows.
 */
final class ReferenceRounds {
    /** More characters than any repair looks at together. */
    private static final int WINDOW = 8;

    private static final int HEAD = 0;
    private static final int TAIL = 1;

    /** Combining marks begin here, and with them composition. */
    private static final int FIRST_MARK = 0x300;

    private final UnaryOperator<String> repairs;
    private final boolean likely;

    // The text as a linked list of characters.
    private char[] characters;
    private int[] next;
    private int[] previous;
    private int size;

    /** A reference that is about to be replaced, and what stands around it before the round. */
    private record Reference(int first, int length, String value, String around) {}

    /** A replacement that has been made, and how to take it back. */
    private record Edit(
            int left, int right, int firstRemoved, int lastRemoved, int firstNew, int lastNew, String around) {}

    private ReferenceRounds(String text, UnaryOperator<String> repairs) {
        this.repairs = repairs;
        this.likely = Mojibake.isLikely(text);
        int n = text.length();
        characters = new char[n + 2];
        next = new int[n + 2];
        previous = new int[n + 2];
        size = n + 2;
        text.getChars(0, n, characters, 2);
        int last = HEAD;
        for (int i = 2; i < size; i++) {
            link(last, i);
            last = i;
        }
        link(last, TAIL);
    }

    /**
     * The text after as many rounds as this can do.
     *
     * @param text a text that the other repairs do not change
     * @param repairs all of them but for references
     */
    static String run(String text, UnaryOperator<String> repairs) {
        int ampersand = text.indexOf('&');
        if (ampersand < 0 || text.indexOf(';', ampersand) < 0) {
            return text;
        }
        ReferenceRounds rounds = new ReferenceRounds(text, repairs);
        int[] candidates = rounds.ampersands();
        boolean changed = false;
        while (candidates.length > 0) {
            candidates = rounds.round(candidates);
            changed |= candidates.length > 0;
        }
        return changed ? rounds.text() : text;
    }

    private void link(int left, int right) {
        next[left] = right;
        previous[right] = left;
    }

    private int[] ampersands() {
        List<Integer> found = new ArrayList<>();
        for (int i = next[HEAD]; i != TAIL; i = next[i]) {
            if (characters[i] == '&') {
                found.add(i);
            }
        }
        return found.stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * One round over the references that may begin at some ampersands, in the order of the text.
     *
     * @return the ampersands at which others may begin now; none if nothing was replaced
     */
    private int[] round(int[] candidates) {
        List<Reference> references = new ArrayList<>();
        for (int ampersand : candidates) {
            String reference = reference(ampersand);
            String value = reference == null ? null : Entities.value(reference);
            if (value != null && !value.equals(reference)) {
                if (!isQuiet(value)) {
                    return new int[0];
                }
                references.add(new Reference(
                        ampersand,
                        reference.length(),
                        value,
                        likely ? around(ampersand, after(ampersand, reference.length() - 1)) : ""));
            }
        }
        List<Edit> edits = new ArrayList<>();
        for (Reference reference : references) {
            edits.add(replace(reference));
        }
        for (Edit edit : edits) {
            if (!leavesRepairsAlone(edit)) {
                undo(edits);
                return new int[0];
            }
        }
        return candidatesAround(edits);
    }

    private int after(int node, int count) {
        int at = node;
        for (int i = 0; i < count; i++) {
            at = next[at];
        }
        return at;
    }

    /** The reference that begins at an ampersand, or null. */
    private String reference(int ampersand) {
        StringBuilder out = new StringBuilder();
        int i = ampersand;
        for (int n = 0; n < Entities.MAX_REFERENCE && i != TAIL; n++, i = next[i]) {
            out.append(characters[i]);
            if (characters[i] == ';' || (n > 0 && characters[i] == '&')) {
                break;
            }
        }
        String text = out.toString();
        return Entities.end(text, 0) == text.length() ? text : null;
    }

    private Edit replace(Reference reference) {
        int left = previous[reference.first];
        int last = after(reference.first, reference.length - 1);
        int right = next[last];
        int firstNew = size;
        int at = left;
        for (int i = 0; i < reference.value.length(); i++) {
            int node = add(reference.value.charAt(i));
            link(at, node);
            at = node;
        }
        link(at, right);
        return new Edit(left, right, reference.first, last, firstNew, at, reference.around);
    }

    private int add(char c) {
        if (size == characters.length) {
            characters = Arrays.copyOf(characters, 2 * size);
            next = Arrays.copyOf(next, 2 * size);
            previous = Arrays.copyOf(previous, 2 * size);
        }
        characters[size] = c;
        return size++;
    }

    private void undo(List<Edit> edits) {
        for (int i = edits.size() - 1; i >= 0; i--) {
            Edit edit = edits.get(i);
            link(edit.left, edit.firstRemoved);
            link(edit.lastRemoved, edit.right);
        }
    }

    /** Whether no other repair changes a value that stands alone. */
    private boolean isQuiet(String value) {
        if (!value.isEmpty() && value.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            return true;
        }
        return !value.isEmpty()
                && value.chars().allMatch(c -> c < FIRST_MARK)
                && repairs.apply(value).equals(value);
    }

    private boolean leavesRepairsAlone(Edit edit) {
        int right = next[edit.lastNew];
        // Letters compose with marks behind them.
        if (right != TAIL && characters[right] >= FIRST_MARK && composes(characters[edit.lastNew])) {
            return false;
        }
        String now = around(edit.firstNew, edit.lastNew);
        if (!likely) {
            return !Mojibake.isLikely(now);
        }
        return isAscii(now) || edit.around.startsWith(now) || edit.around.endsWith(now);
    }

    private static boolean composes(char c) {
        return c != '&' && c != ';' && c != '#';
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    /** What stands from a few characters before some nodes to a few behind them. */
    private String around(int from, int to) {
        int first = from;
        for (int i = 0; i < WINDOW && first != HEAD; i++) {
            first = previous[first];
        }
        StringBuilder out = new StringBuilder();
        if (first != HEAD) {
            out.append('0'); // in no rule, so that nothing seems to stand at the start of the text
        } else {
            first = next[HEAD];
        }
        int end = after(to, 1);
        for (int n = 0; n < WINDOW && end != TAIL; n++) {
            end = next[end];
        }
        for (int i = first; i != end; i = next[i]) {
            out.append(characters[i]);
        }
        return out.toString();
    }

    /** Ampersands that are new, or that have a new character within the length of a reference behind them. */
    private int[] candidatesAround(List<Edit> edits) {
        List<Integer> found = new ArrayList<>();
        int done = HEAD; // up to here all have been looked at
        for (Edit edit : edits) {
            int start = edit.firstNew;
            for (int n = 0; n < Entities.MAX_REFERENCE && start != done && start != HEAD; n++) {
                start = previous[start];
            }
            int end = next[edit.lastNew];
            for (int i = start == HEAD || start == done ? next[start] : start; i != end; i = next[i]) {
                if (characters[i] == '&') {
                    found.add(i);
                }
            }
            done = edit.lastNew;
        }
        return found.stream().mapToInt(Integer::intValue).toArray();
    }

    private String text() {
        StringBuilder out = new StringBuilder();
        for (int i = next[HEAD]; i != TAIL; i = next[i]) {
            out.append(characters[i]);
        }
        return out.toString();
    }
}
