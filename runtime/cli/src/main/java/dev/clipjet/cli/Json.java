package dev.clipjet.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.console.PrintedText;
import java.io.PrintWriter;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The documents of {@code --json}: one on stdout, floats with the fewest digits that give the same float32 again. */
final class Json {
    // The JDK's own Float.toString gives more digits than needed before version 19.
    private static final JsonMapper MAPPER = new JsonMapper(JsonFactory.builder()
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build());

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode array(float[] values) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(values.length);
        for (float value : values) {
            array.add(value);
        }
        return array;
    }

    static ArrayNode array(int[] values) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(values.length);
        for (int value : values) {
            array.add(value);
        }
        return array;
    }

    static ArrayNode array(float[][] rows) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(rows.length);
        for (float[] row : rows) {
            array.add(array(row));
        }
        return array;
    }

    static ArrayNode array(Iterable<String> values) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        values.forEach(array::add);
        return array;
    }

    /** The numbers of an array as {@link #print} writes them. */
    static Stream<String> floats(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).map(Json::text);
    }

    private static String text(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a document cannot be written", e);
        }
    }

    static void print(JsonNode document, PrintWriter out) {
        out.write(PrintedText.escapeJson(text(document)) + System.lineSeparator());
        out.flush();
    }
}
