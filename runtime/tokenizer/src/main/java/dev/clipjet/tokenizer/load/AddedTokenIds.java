package dev.clipjet.tokenizer.load;

import java.util.HashMap;
import java.util.Map;

/** The vocabulary with the added tokens in it, each id checked against all others. */
final class AddedTokenIds {
    private final Map<String, Integer> ids;

    AddedTokenIds(Map<String, Integer> vocabulary, SpecialTokens special) {
        ids = new HashMap<>(vocabulary);
        Map<Integer, String> contents = new HashMap<>(vocabulary.size() * 2);
        vocabulary.forEach((token, id) -> contents.put(id, token));
        for (DeclaredToken token : special.added()) {
            if (token.id().isEmpty()) {
                continue;
            }
            int id = token.id().getAsInt();
            Integer known = ids.get(token.content());
            String other = contents.get(id);
            if (known != null && known != id) {
                throw token.error("has id " + id + " here and " + known + " in the vocabulary");
            }
            if (other != null && !other.equals(token.content())) {
                throw token.error("has id " + id + ", which is the id of \"" + other + "\"");
            }
            ids.put(token.content(), id);
            contents.put(id, token.content());
        }
        for (DeclaredToken token : special.added()) {
            of(token);
        }
    }

    Map<String, Integer> all() {
        return ids;
    }

    int of(DeclaredToken token) {
        Integer id = ids.get(token.content());
        if (id == null) {
            throw token.error("is not in the vocabulary");
        }
        return id;
    }
}
