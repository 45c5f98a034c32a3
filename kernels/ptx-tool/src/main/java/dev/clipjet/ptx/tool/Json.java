package dev.clipjet.ptx.tool;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.console.PrintedText;
import dev.clipjet.device.Dim3;
import java.io.PrintWriter;

/** The documents of {@code --json}: one on stdout, the same on every machine. */
final class Json {
    private static final JsonMapper MAPPER = new JsonMapper(JsonFactory.builder()
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build());

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    static ArrayNode extent(Dim3 extent) {
        return array().add(extent.x()).add(extent.y()).add(extent.z());
    }

    static void print(JsonNode document, PrintWriter out) {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
        try {
            out.write(PrintedText.escapeJson(MAPPER.writer(printer).writeValueAsString(document))
                    + System.lineSeparator());
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a document cannot be written", impossible);
        }
        out.flush();
    }
}
