package dev.clipjet.cli;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The model inside the jar. Weights are mapped into memory from files, so it is copied, once, into a directory of the
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
            return extracted(files, cache());
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

    /** The user's cache directory, where the system keeps such things. */
    private static Path cache() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String xdg = System.getenv("XDG_CACHE_HOME");
        String localAppData = System.getenv("LOCALAPPDATA");
        Path home = Path.of(System.getProperty("user.home"));
        Path base;
        if (xdg != null && !xdg.isEmpty()) {
            base = Path.of(xdg);
        } else if (os.contains("win") && localAppData != null) {
            base = Path.of(localAppData);
        } else {
            base = os.contains("mac") ? home.resolve("Library/Caches") : home.resolve(".cache");
        }
        return base.resolve("clipjet");
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
            if (fresh.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwx------"));
            }
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(fresh.resolve(file.getKey()), file.getValue());
            }
            if (Files.exists(target)) {
                delete(target);
            }
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            // Another process may have been faster.
            if (!complete(target, files)) {
                throw e;
            }
        } finally {
            delete(fresh);
        }
        return target;
    }

    private static boolean complete(Path directory, Map<String, byte[]> files) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            if (!Files.isRegularFile(path) || Files.size(path) != file.getValue().length) {
                return false;
            }
        }
        return true;
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> content = Files.walk(directory)) {
            for (Path path : content.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
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
