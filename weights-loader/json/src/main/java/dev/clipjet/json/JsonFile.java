package dev.clipjet.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.input.FileTooLargeException;
import dev.clipjet.input.InputFiles;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads whole JSON files with bounds on size, depth and string length; duplicate keys are refused. */
public final class JsonFile {
    private static final int MAX_DEPTH = 64;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private JsonFile() {}

    /**
     * Reads a file whose root is an object.
     *
     * @param maxBytes refuse larger files
     * @throws ModelFormatException if the file is missing, no regular file, too large, no JSON, nested too deeply, or no object
     */
    public static JsonObject readObject(Path file, long maxBytes) {
        try {
            return new JsonObject(file, "", parse(file, InputFiles.read(file, maxBytes)));
        } catch (FileTooLargeException e) {
            throw new ModelFormatException(Kind.LIMIT, file, "", e.problem(), e);
        } catch (NoSuchFileException e) {
            throw new ModelFormatException(Kind.MISSING, file, "", "no such file", e);
        } catch (IOException e) {
            throw new ModelFormatException(Kind.MISSING, file, "", "cannot be read: " + e.getMessage(), e);
        }
    }

    private static JsonNode parse(Path file, byte[] bytes) throws IOException {
        try (JsonParser parser = MAPPER.createParser(bytes)) {
            try {
                JsonNode root = MAPPER.readTree(parser);
                if (root == null || !root.isObject()) {
                    throw bad(file, parser, "expected a JSON object at the top level", null);
                }
                if (parser.nextToken() != null) {
                    throw bad(file, parser, "more follows the end of the JSON object", null);
                }
                return root;
            } catch (JsonProcessingException e) {
                throw bad(file, parser, "not valid JSON: " + e.getOriginalMessage(), e);
            } catch (CharConversionException e) {
                throw bad(file, parser, "not valid text: " + e.getMessage(), e);
            }
        }
    }

    private static ModelFormatException bad(Path file, JsonParser parser, String problem, Throwable cause) {
        JsonLocation here = parser.currentLocation();
        String place = "line " + here.getLineNr() + ", column " + here.getColumnNr();
        return new ModelFormatException(Kind.BAD_CONFIGURATION, file, place, problem, cause);
    }
}
