package dev.clipjet.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Files and folders that no output may replace: the inputs, and what was written before. They are known by what they are, so
 * that another spelling, a symbolic link or a hard link is the same file. Not thread-safe.
 */
public final class ProtectedFiles {
    private final Set<Object> keys = new HashSet<>();

    /** The given files; those that are not there are left out. */
    public static ProtectedFiles of(Collection<Path> files) {
        ProtectedFiles result = new ProtectedFiles();
        files.forEach(result::add);
        return result;
    }

    /** None. */
    public static ProtectedFiles none() {
        return of(List.of());
    }

    /** Adds a file, and if it is a link, the link too. */
    public void add(Path file) {
        keys.addAll(keys(file));
    }

    /**
     * Whether a path leads to one of them.
     *
     * @param file may be missing
     */
    public boolean contains(Path file) {
        return keys(file).stream().anyMatch(keys::contains);
    }

    private static Set<Object> keys(Path file) {
        Set<Object> keys = new HashSet<>();
        for (LinkOption[] options : new LinkOption[][] {{}, {LinkOption.NOFOLLOW_LINKS}}) {
            try {
                Object key = Files.readAttributes(file, BasicFileAttributes.class, options)
                        .fileKey();
                // Windows has no keys.
                keys.add(key != null ? key : file.toRealPath(options));
            } catch (IOException missing) {
                // Not there, or a link to nothing.
            }
        }
        return keys;
    }
}
