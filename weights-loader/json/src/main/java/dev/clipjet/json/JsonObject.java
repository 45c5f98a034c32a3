package dev.clipjet.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A JSON object of a configuration file with typed access. A value of another type than the one asked for is a
 * {@link ModelFormatException} of kind {@code BAD_CONFIGURATION} that names file, key path, value and expected type.
 * JSON {@code null} counts as absent.
 */
public final class JsonObject {
    private final Path file;
    private final String path;
    private final JsonNode node;

    JsonObject(Path file, String path, JsonNode node) {
        this.file = file;
        this.path = path;
        this.node = node;
    }

    public Path file() {
        return file;
    }

    public boolean has(String key) {
        return node.hasNonNull(key);
    }

    /** Keys in the order of the file. */
    public List<String> keys() {
        List<String> keys = new ArrayList<>();
        node.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    /** The integer under a key, checked against an inclusive range. */
    public int integer(String key, int min, int max) {
        return optionalInteger(key, min, max).orElseThrow(() -> missing(key, "an integer"));
    }

    public OptionalInt optionalInteger(String key, int min, int max) {
        if (!has(key)) {
            return OptionalInt.empty();
        }
        JsonNode value = node.get(key);
        if (!value.isIntegralNumber()) {
            throw wrongType(key, "an integer");
        }
        if (!value.canConvertToInt() || value.intValue() < min || value.intValue() > max) {
            throw error(key, "is " + shown(value) + ", expected an integer from " + min + " to " + max);
        }
        return OptionalInt.of(value.intValue());
    }

    public double number(String key) {
        return optionalNumber(key).orElseThrow(() -> missing(key, "a number"));
    }

    public OptionalDouble optionalNumber(String key) {
        if (!has(key)) {
            return OptionalDouble.empty();
        }
        JsonNode value = node.get(key);
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw wrongType(key, "a finite number");
        }
        return OptionalDouble.of(value.doubleValue());
    }

    public String string(String key) {
        return optionalString(key).orElseThrow(() -> missing(key, "a string"));
    }

    public Optional<String> optionalString(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        if (!node.get(key).isTextual()) {
            throw wrongType(key, "a string");
        }
        return Optional.of(node.get(key).textValue());
    }

    public boolean bool(String key, boolean otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        if (!node.get(key).isBoolean()) {
            throw wrongType(key, "true or false");
        }
        return node.get(key).booleanValue();
    }

    public JsonObject object(String key) {
        return optionalObject(key).orElseThrow(() -> missing(key, "an object"));
    }

    public Optional<JsonObject> optionalObject(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        if (!node.get(key).isObject()) {
            throw wrongType(key, "an object");
        }
        return Optional.of(new JsonObject(file, pathOf(key), node.get(key)));
    }

    /** An object without keys in the place of an absent one, for which every default holds. */
    public JsonObject empty(String key) {
        return new JsonObject(file, pathOf(key), JsonNodeFactory.instance.objectNode());
    }

    /** A list of numbers of the given length. */
    public Optional<double[]> optionalNumbers(String key, int length) {
        if (!has(key)) {
            return Optional.empty();
        }
        JsonNode value = node.get(key);
        if (!value.isArray() || value.size() != length) {
            throw wrongType(key, "a list of " + length + " numbers");
        }
        double[] numbers = new double[length];
        for (int i = 0; i < length; i++) {
            if (!value.get(i).isNumber() || !Double.isFinite(value.get(i).doubleValue())) {
                throw wrongType(key, "a list of " + length + " numbers");
            }
            numbers[i] = value.get(i).doubleValue();
        }
        return Optional.of(numbers);
    }

    public List<String> strings(String key) {
        if (!has(key)) {
            return List.of();
        }
        JsonNode value = node.get(key);
        List<String> strings = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(item -> {
                if (item.isTextual()) {
                    strings.add(item.textValue());
                }
            });
        }
        if (!value.isArray() || strings.size() != value.size()) {
            throw wrongType(key, "a list of strings");
        }
        return strings;
    }

    /** The raw value, for forms that need more than the typed access above. Absent gives a missing node. */
    public JsonNode raw(String key) {
        return node.path(key);
    }

    /** An error about a key of this object. */
    public ModelFormatException error(String key, String problem) {
        return new ModelFormatException(Kind.BAD_CONFIGURATION, file, pathOf(key), problem);
    }

    public ModelFormatException wrongType(String key, String expected) {
        return error(key, "is " + shown(node.get(key)) + ", expected " + expected);
    }

    private ModelFormatException missing(String key, String expected) {
        return error(key, "is missing, expected " + expected);
    }

    /** The path of a key from the top of the file, as errors show it. */
    public String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }
}
