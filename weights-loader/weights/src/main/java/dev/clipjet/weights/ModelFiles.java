package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.json.JsonFile;
import dev.clipjet.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a caller named, as families look at it: a directory, or a weight file with what lies beside it. Configurations and weights are
 * read when they are first asked for, and once. Owns the weights until they are handed over.
 */
public final class ModelFiles implements AutoCloseable {
    private static final long MAX_CONFIG_BYTES = 4 << 20;
    private static final int MAX_SEEN = 8;

    private final Path source;
    private final boolean isDirectory;
    private final Path directory;
    private final Map<String, JsonObject> configurations = new HashMap<>();
    private WeightFiles weights;

    ModelFiles(Path source) {
        this.source = source;
        isDirectory = Files.isDirectory(source);
        directory = isDirectory ? source : source.toAbsolutePath().getParent();
    }

    /** The directory or the weight file that the caller named. */
    public Path source() {
        return source;
    }

    /** Whether a directory was named, not a weight file. */
    public boolean isDirectory() {
        return isDirectory;
    }

    /** Where configurations are: the directory, or that of the weight file. */
    public Path directory() {
        return directory;
    }

    /** Whether there is a file of a name. */
    public boolean has(String name) {
        return Files.exists(directory.resolve(name));
    }

    /**
     * A configuration.
     *
     * @throws ModelFormatException if it cannot be read, or is no JSON object
     */
    JsonObject configuration(String name) {
        return configurations.computeIfAbsent(
                name, key -> JsonFile.readObject(directory.resolve(key), MAX_CONFIG_BYTES));
    }

    /** The weights of the file that was named. */
    WeightFiles weights() {
        if (weights == null) {
            weights = WeightFiles.openFile(source);
        }
        return weights;
    }

    /**
     * Gives the weights to who owns them from now on; they are closed if that fails.
     *
     * @param inDirectory opens those of a directory
     */
    <T> T handOver(Function<Path, WeightFiles> inDirectory, Function<WeightFiles, T> owner) {
        WeightFiles given = isDirectory ? inDirectory.apply(source) : weights();
        weights = null;
        return given.handOver(owner);
    }

    /** Names of what lies in the directory, for errors. */
    String seen() {
        try (Stream<Path> entries = Files.list(directory)) {
            List<String> names = entries.map(path -> path.getFileName().toString())
                    .sorted()
                    .limit(MAX_SEEN + 1)
                    .toList();
            if (names.isEmpty()) {
                return "nothing";
            }
            return String.join(", ", names.subList(0, Math.min(MAX_SEEN, names.size())))
                    + (names.size() > MAX_SEEN ? ", ..." : "");
        } catch (IOException e) {
            throw new ModelFormatException(Kind.MISSING, directory, "", "cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        if (weights != null) {
            weights.close();
        }
    }
}
