package dev.clipjet.tokenizer.load;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.clipjet.error.ModelFormatException.Kind;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Reads a JSON object of tokens and ids, and refuses ids that no model's embedding could have. */
final class BpeVocabulary {
    /** Twenty times the ids of CLIP. */
    static final int MAX_ID = 1_000_000;

    private BpeVocabulary() {}

    /** @param place key of the object that the stream stands on; empty for the whole file */
    static Map<String, Integer> read(JsonStream stream, String place) throws IOException {
        stream.expect(JsonToken.START_OBJECT, place, "an object of tokens and their ids");
        JsonParser parser = stream.parser();
        Map<String, Integer> ids = new HashMap<>(1 << 17);
        Map<Integer, String> tokens = new HashMap<>(1 << 17);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String token = parser.currentName();
            String where = place.isEmpty() ? token : place + "." + token;
            parser.nextToken();
            stream.expect(JsonToken.VALUE_NUMBER_INT, where, "an integer id");
            boolean inRange = parser.getNumberType() == JsonParser.NumberType.INT
                    && parser.getIntValue() >= 0
                    && parser.getIntValue() <= MAX_ID;
            if (!inRange) {
                throw stream.error(
                        Kind.BAD_CONFIGURATION,
                        where,
                        "has id " + parser.getText() + ", expected one from 0 to " + MAX_ID + " (" + stream.position()
                                + ")");
            }
            int id = parser.getIntValue();
            String other = tokens.put(id, token);
            if (other != null) {
                throw stream.error(
                        Kind.BAD_CONFIGURATION,
                        where,
                        "has id " + id + ", which \"" + other + "\" has, too (" + stream.position() + ")");
            }
            ids.put(token, id);
        }
        if (ids.isEmpty()) {
            throw stream.error(Kind.BAD_CONFIGURATION, place, "has no tokens");
        }
        return ids;
    }
}
