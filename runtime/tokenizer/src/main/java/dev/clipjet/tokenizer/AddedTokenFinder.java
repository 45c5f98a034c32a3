package dev.clipjet.tokenizer;

import dev.clipjet.tokenizer.load.AddedToken;
import dev.clipjet.tokenizer.unicode.CodePointSet;
import java.util.List;
import java.util.stream.Collectors;

/** Finds added tokens in a text: the leftmost, and of those that start there the longest. */
final class AddedTokenFinder {
    private final List<AddedToken> tokens;
    private final TokenTrie trie;
    /** The characters with which tokens start, so that most texts need no more than a look at each. */
    private final CodePointSet firstCharacters;

    AddedTokenFinder(List<AddedToken> tokens) {
        this.tokens = List.copyOf(tokens);
        this.trie = new TokenTrie(tokens.stream().map(AddedToken::content).toList());
        this.firstCharacters = CodePointSet.of(
                tokens.stream().map(token -> token.content().substring(0, 1)).collect(Collectors.joining()));
    }

    /** Receives the pieces of a text in order. */
    interface Sink {
        void token(int id);

        void text(String text);
    }

    void split(String text, Sink sink) {
        int first = firstCandidate(text);
        if (first < 0) {
            if (!text.isEmpty()) {
                sink.text(text);
            }
            return;
        }
        int[] starts = trie.startsIn(text);
        int copied = 0;
        for (int i = first; i < text.length(); ) {
            if (starts[i] < 0) {
                i++;
                continue;
            }
            AddedToken found = tokens.get(starts[i]);
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

    private int firstCandidate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (firstCharacters.contains(text.charAt(i))) {
                return i;
            }
        }
        return -1;
    }
}
