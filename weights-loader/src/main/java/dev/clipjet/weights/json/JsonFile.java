package dev.clipjet.weights.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads whole JSON files with bounds on size, depth and string length; duplicate keys are refused. */
public final class JsonFile {
    private static final int MAX_DEPTH = 64;

    private static final JsonMapper MAPPER = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonFile() {}

    /**
     * Reads a file whose root is an object.
     *
     * @param maxBytes refuse larger files before reading them
     * @throws ModelFormatException if the file is missing, too large, no JSON, nested too deeply, or no object
     */
    public static JsonObject readObject(Path file, long maxBytes) {
        try {
            long size = Files.size(file);
            if (size > maxBytes) {
                throw new ModelFormatException(
                        Kind.LIMIT, file, "", "has " + size + " bytes, more than the " + maxBytes + " allowed");
            }
            JsonNode root = MAPPER.readTree(Files.readAllBytes(file));
            if (root == null || !root.isObject()) {
                throw new ModelFormatException(
                        Kind.BAD_CONFIGURATION, file, "", "expected a JSON object at the top level");
            }
            return new JsonObject(file, "", root);
        } catch (JsonProcessingException e) {
            String place = e.getLocation() == null
                    ? ""
                    : "line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new ModelFormatException(
                    Kind.BAD_CONFIGURATION, file, place, "not valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ModelFormatException(Kind.MISSING, file, "", "cannot be read: " + e.getMessage(), e);
        }
    }
}
