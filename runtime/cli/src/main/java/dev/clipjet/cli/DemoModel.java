package dev.clipjet.cli;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.files.UserCache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The model inside the jar. Weights are read from files, so it is copied, once, into a directory of the
 * user's own whose name is the hash of the content.
 */
final class DemoModel {
    static final String NAME = "built-in demo model";
    static final String ANNOUNCEMENT = "no --model given, so this is the built-in demo model: small, and it knows ten"
            + " kinds of things (airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck)";

    private static final String FOLDER = "demo-model/";
    private static final String INDEX = FOLDER + "FILES";

    private DemoModel() {}

    /**
     * The directory with the model's files.
     *
     * @throws ModelFormatException if this build has no demo model
     */
    static Path directory() {
        try {
            Map<String, byte[]> files = read();
            return extracted(files, UserCache.folder());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    new IOException("the built-in demo model cannot be unpacked: " + e + "; give a --model", e));
        }
    }

    /** Whether this build has the model. */
    static boolean isBuiltIn() {
        return DemoModel.class.getResource(INDEX) != null;
    }

    private static Map<String, byte[]> read() throws IOException {
        byte[] index = resource(INDEX);
        if (index == null) {
            throw new ModelFormatException(
                    Kind.MISSING, NAME, "", "this build of Clipjet has none; give a model directory with --model");
        }
        Map<String, byte[]> files = new LinkedHashMap<>();
        List<String> names = new String(index, StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        for (String name : names) {
            byte[] content = resource(FOLDER + name);
            if (content == null) {
                throw new ModelFormatException(Kind.MISSING, NAME, name, "listed, but not in the jar");
            }
            files.put(name, content);
        }
        return files;
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = DemoModel.class.getResourceAsStream(name)) {
            return in == null ? null : in.readAllBytes();
        }
    }

    /** Visible for tests: the directory of the files below a cache directory, made if it is not there. */
    static Path extracted(Map<String, byte[]> files, Path cache) throws IOException {
        Path target = cache.resolve("demo-model-" + hash(files).substring(0, 16));
        if (complete(target, files)) {
            return target;
        }
        Files.createDirectories(cache);
        Path fresh = Files.createTempDirectory(cache, "unpacking-");
        try {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(fresh.resolve(file.getKey()), file.getValue(), StandardOpenOption.CREATE_NEW);
            }
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                delete(target, files.keySet());
            }
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            // Another process may have been faster.
            if (!complete(target, files)) {
                throw e;
            }
        } finally {
            delete(fresh, files.keySet());
        }
        return target;
    }

    private static boolean complete(Path directory, Map<String, byte[]> files) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || Files.size(path) != file.getValue().length) {
                return false;
            }
        }
        return true;
    }

    /** Removes a directory with the files of the model; one with others stays, and so do they. */
    private static void delete(Path directory, Set<String> names) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        for (String name : names) {
            Files.deleteIfExists(directory.resolve(name));
        }
        Files.delete(directory);
    }

    private static String hash(Map<String, byte[]> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            files.forEach((name, content) -> {
                digest.update((name + "\n" + content.length + "\n").getBytes(StandardCharsets.UTF_8));
                digest.update(content);
            });
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
