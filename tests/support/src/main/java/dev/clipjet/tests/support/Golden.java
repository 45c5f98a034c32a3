package dev.clipjet.tests.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The folder of reference data, written by the original libraries. Tests that need it are skipped, loudly, where it is
 * missing.
 */
public final class Golden {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String PROPERTY = "clipjet.golden";

    private Golden() {}

    /** The folder, or an aborted test. */
    public static Path folder() {
        Path folder = Path.of(System.getProperty(PROPERTY, "golden"));
        if (!Files.isDirectory(folder)) {
            String message = "no reference data at " + folder.toAbsolutePath() + "; set -D" + PROPERTY;
            System.err.println("SKIPPED: " + message + " to compare with the original libraries");
            Assumptions.abort(message);
        }
        return folder;
    }

    /** A file or folder within {@link #folder()}. */
    public static Path folder(String name) {
        return folder().resolve(name);
    }

    /** A JSON file, wherever it lies. */
    public static JsonNode json(Path file) {
        try {
            return MAPPER.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The objects of a file with one JSON value per line. */
    public static List<JsonNode> jsonLines(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            List<JsonNode> values = new ArrayList<>();
            for (String line : (Iterable<String>) lines::iterator) {
                values.add(MAPPER.readTree(line));
            }
            return values;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names of the folders that begin with a prefix and hold at least one of the given files, sorted. */
    public static List<String> folders(String prefix, String... files) {
        try (Stream<Path> all = Files.list(folder())) {
            return all.filter(path -> path.getFileName().toString().startsWith(prefix))
                    .filter(path -> Stream.of(files).anyMatch(file -> Files.exists(path.resolve(file))))
                    .map(path -> path.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
