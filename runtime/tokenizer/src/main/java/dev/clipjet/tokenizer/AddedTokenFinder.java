package dev.clipjet.tokenizer;

import dev.clipjet.tokenizer.load.AddedToken;
import dev.clipjet.tokenizer.unicode.CodePointSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Finds added tokens in a text: the leftmost, and of those that start there the longest. */
final class AddedTokenFinder {
    /** Longest first. */
    private final List<AddedToken> tokens;
    /** The characters with which tokens start, so that most places of a text need one look. */
    private final CodePointSet firstCharacters;

    AddedTokenFinder(List<AddedToken> tokens) {
        this.tokens = tokens.stream()
                .sorted(Comparator.comparing(
                        (AddedToken token) -> -token.content().length()))
                .toList();
        this.firstCharacters = CodePointSet.of(
                tokens.stream().map(token -> token.content().substring(0, 1)).collect(Collectors.joining()));
    }

    /** Receives the pieces of a text in order. */
    interface Sink {
        void token(int id);

        void text(String text);
    }

    void split(String text, Sink sink) {
        int copied = 0;
        for (int i = 0; i < text.length(); ) {
            AddedToken found = firstCharacters.contains(text.charAt(i)) ? at(text, i) : null;
            if (found == null) {
                i++;
                continue;
            }
            if (copied < i) {
                sink.text(text.substring(copied, i));
            }
            sink.token(found.id());
            i += found.content().length();
            copied = i;
        }
        if (copied < text.length()) {
            sink.text(copied == 0 ? text : text.substring(copied));
        }
    }

    private AddedToken at(String text, int start) {
        for (AddedToken token : tokens) {
            if (text.startsWith(token.content(), start)) {
                return token;
            }
        }
        return null;
    }
}
