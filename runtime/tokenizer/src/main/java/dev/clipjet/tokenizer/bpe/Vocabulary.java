package dev.clipjet.tokenizer.bpe;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;

/** Tokens and their ids, both ways. Tokens are written in byte symbols; those that end a word end in {@value #WORD_END}. */
public final class Vocabulary {
    public static final String WORD_END = "</w>";

    private final Map<String, Integer> ids;
    private final String[] tokens;

    /** @param ids tokens with distinct ids of 0 and up; gaps are ids that do not exist */
    public Vocabulary(Map<String, Integer> ids) {
        this.ids = ids;
        this.tokens = new String[ids.isEmpty() ? 0 : Collections.max(ids.values()) + 1];
        ids.forEach((token, id) -> tokens[id] = token);
    }

    /** One more than the highest id. */
    public int size() {
        return tokens.length;
    }

    /** The id of a token, or -1. */
    public int id(String token) {
        return ids.getOrDefault(token, -1);
    }

    /** The token of an id, or null if there is none. */
    public String token(int id) {
        return id >= 0 && id < tokens.length ? tokens[id] : null;
    }

    /** The bytes that a token stands for; characters that are no byte symbols as UTF-8. The word end is kept as text. */
    public byte[] bytes(int id) {
        String token = tokens[id];
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            int b = ByteSymbols.byteOf(token.charAt(i));
            if (b < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) b;
        }
        return bytes;
    }
}
