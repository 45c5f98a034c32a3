package dev.clipjet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;

/** Reports for people: the fields of a tree, aligned; objects as indented blocks, lists of texts as lines. */
final class ReportText {
    private final PrintWriter out;

    ReportText(PrintWriter out) {
        this.out = out;
    }

    void print(ObjectNode report) {
        print(report, "");
    }

    private void print(ObjectNode node, String indent) {
        int width = node.properties().stream()
                .mapToInt(field -> field.getKey().length())
                .max()
                .orElse(0);
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String key = field.getKey().replace('_', ' ');
            JsonNode value = field.getValue();
            if (value instanceof ObjectNode object && !object.isEmpty()) {
                out.println(indent + key);
                print(object, indent + "  ");
            } else if (value.isArray() && !value.isEmpty()) {
                out.println(indent + key);
                for (JsonNode item : value) {
                    if (item instanceof ObjectNode object) {
                        print(object, indent + "  ");
                    } else {
                        out.println(indent + "  - " + item.asText());
                    }
                }
            } else {
                out.println(indent + key + " ".repeat(width - key.length()) + "  " + text(value));
            }
        }
    }

    private static String text(JsonNode value) {
        if (value.isNull() || value.isContainerNode()) {
            return "none";
        }
        return value.isIntegralNumber() ? String.format(Locale.ROOT, "%,d", value.longValue()) : value.asText();
    }
}
