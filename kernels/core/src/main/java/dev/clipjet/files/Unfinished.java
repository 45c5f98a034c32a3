package dev.clipjet.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Files that grow under a name of this program's own, {@code .clipjet-<16 hex digits>.partial}, which nobody can predict. The
 * end of the process removes those that are left, unless it is killed.
 */
final class Unfinished {
    private static final Pattern NAME = Pattern.compile("\\.clipjet-[0-9a-f]{16}\\.partial");
    private static final int ATTEMPTS = 8;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> OPEN.forEach(Unfinished::deleteQuietly), "unfinished files"));
    }

    private Unfinished() {}

    /** A file and its content to be. */
    record Opened(Path path, FileChannel channel) {}

    /** Creates a file in a folder. */
    static Opened create(Path folder) throws IOException {
        for (int attempt = 1; ; attempt++) {
            Path path = folder.resolve(name());
            try {
                FileChannel channel = FileChannel.open(
                        path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                OPEN.add(path);
                return new Opened(path, channel);
            } catch (FileAlreadyExistsException taken) {
                if (attempt == ATTEMPTS) {
                    throw taken;
                }
            }
        }
    }

    private static String name() {
        byte[] bytes = new byte[8];
        RANDOM.nextBytes(bytes);
        return ".clipjet-" + HexFormat.of().formatHex(bytes) + ".partial";
    }

    /** Whether a name is one of this kind. */
    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** The file got its name. */
    static void finished(Path path) {
        OPEN.remove(path);
    }

    /** Removes a file that will not be finished. */
    static void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
        OPEN.remove(path);
    }

    private static void deleteQuietly(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // The process ends; nobody is left to tell.
        }
    }
}
