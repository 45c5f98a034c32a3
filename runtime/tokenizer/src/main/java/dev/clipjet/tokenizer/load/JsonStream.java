package dev.clipjet.tokenizer.load;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.input.FileTooLargeException;
import dev.clipjet.input.InputFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** A JSON file read token by token under limits, so that a large vocabulary never becomes a tree. */
final class JsonStream {
    private static final long MAX_BYTES = 256L << 20;
    private static final int MAX_DEPTH = 64;
    private static final int MAX_STRING = 1 << 16;

    private static final JsonMapper MAPPER = new JsonMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING)
                    .maxNameLength(MAX_STRING)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    /** What is done with a stream that stands on the first token of the file. */
    interface Body<T> {
        T read(JsonStream stream) throws IOException;
    }

    private final Path file;
    private final JsonParser parser;

    private JsonStream(Path file, JsonParser parser) {
        this.file = file;
        this.parser = parser;
    }

    static <T> T read(Path file, Body<T> body) {
        try (InputStream in = InputFiles.stream(file, MAX_BYTES);
                JsonParser parser = MAPPER.createParser(in)) {
            JsonStream stream = new JsonStream(file, parser);
            parser.nextToken();
            T result = body.read(stream);
            if (parser.nextToken() != null) {
                throw stream.error(Kind.MALFORMED, "", "goes on after its end, at " + stream.position());
            }
            return result;
        } catch (StreamConstraintsException e) {
            throw new ModelFormatException(Kind.LIMIT, file, line(e), e.getOriginalMessage(), e);
        } catch (JsonEOFException e) {
            throw new ModelFormatException(Kind.TRUNCATED, file, line(e), "ends inside of a JSON value", e);
        } catch (JsonProcessingException e) {
            throw new ModelFormatException(
                    Kind.MALFORMED, file, line(e), "not valid JSON: " + e.getOriginalMessage(), e);
        } catch (FileTooLargeException e) {
            throw new ModelFormatException(Kind.LIMIT, file, "", e.problem(), e);
        } catch (IOException e) {
            throw new ModelFormatException(Kind.MISSING, file, "", "cannot be read: " + e.getMessage(), e);
        }
    }

    Path file() {
        return file;
    }

    JsonParser parser() {
        return parser;
    }

    /** Checks the current token. */
    void expect(JsonToken token, String place, String expected) throws IOException {
        if (parser.currentToken() != token) {
            String found = parser.currentToken() == null ? "empty" : shown();
            throw error(
                    Kind.BAD_CONFIGURATION, place, "is " + found + ", expected " + expected + " (" + position() + ")");
        }
    }

    /** The value that starts at the current token, for small parts of a file. */
    JsonNode tree() throws IOException {
        return MAPPER.readTree(parser);
    }

    /** Where the parser stands. */
    String position() {
        return line(parser.currentTokenLocation());
    }

    ModelFormatException error(Kind kind, String place, String problem) {
        return new ModelFormatException(kind, file, place, problem);
    }

    private String shown() throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_STRING -> "a string";
            default -> parser.getText();
        };
    }

    private static String line(JsonProcessingException e) {
        return e.getLocation() == null ? "" : line(e.getLocation());
    }

    private static String line(JsonLocation location) {
        return "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }
}
