package dev.clipjet.weights.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * What tells whether a file is still the same.
 *
 * @param bytes size
 * @param modified time of its last change
 * @param key what the file system knows it by, whatever its name; null where it has nothing of the kind
 */
record FileState(boolean isRegular, long bytes, FileTime modified, Object key) {
    static FileState of(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new FileState(
                attributes.isRegularFile(), attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    }
}
