package dev.clipjet.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The golden data; tests that need it are skipped, loudly, where it is missing. */
public final class Golden {
    private static final JsonMapper MAPPER = new JsonMapper();

    private Golden() {}

    public static Path folder() {
        Path folder = Path.of(System.getProperty("clipjet.golden", "golden"));
        if (!Files.isDirectory(folder)) {
            System.err.println("SKIPPED: no golden data at " + folder + " (system property clipjet.golden)");
            Assumptions.abort("no golden data at " + folder);
        }
        return folder;
    }

    public static JsonNode json(Path file) throws IOException {
        return MAPPER.readTree(file.toFile());
    }
}
