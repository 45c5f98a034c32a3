package dev.clipjet.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.input.FileTooLargeException;
import dev.clipjet.input.InputFiles;
import dev.clipjet.input.NotRegularFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files with one JSON value a line. */
final class JsonLines {
    private static final ObjectReader READER =
            new JsonMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** What a file of texts may have; more would not fit the heap as strings. */
    private static final long MAX_BYTES = 1L << 30;

    private JsonLines() {}

    /**
     * The strings of a file, one a line; empty lines do not count.
     *
     * @throws InvalidInputException naming the line that is no string
     */
    static List<String> strings(Path file) throws IOException {
        List<String> strings = new ArrayList<>();
        String[] lines = decode(file).split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            if (!lines[i].isBlank()) {
                strings.add(string(file, i + 1, lines[i]));
            }
        }
        return strings;
    }

    private static String decode(Path file) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(InputFiles.read(file, MAX_BYTES)))
                    .toString();
        } catch (FileTooLargeException | NotRegularFileException e) {
            throw new InvalidInputException(file + ": " + e.getMessage(), e);
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(file + ": is not UTF-8", e);
        }
    }

    private static String string(Path file, int number, String line) {
        try {
            JsonNode node = READER.readTree(line);
            if (node.isTextual()) {
                return node.textValue();
            }
        } catch (JsonProcessingException e) {
            throw new InvalidInputException(file + ": line " + number + ": is no JSON: " + e.getOriginalMessage(), e);
        }
        throw new InvalidInputException(file + ": line " + number + ": is no JSON string");
    }
}
