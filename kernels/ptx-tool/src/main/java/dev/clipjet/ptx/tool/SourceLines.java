package dev.clipjet.ptx.tool;

import dev.clipjet.input.InputFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lines of the sources that {@code .loc} names. Only files of one folder are read, whatever path the PTX gives, and none is an error
 * when missing.
 */
final class SourceLines {
    private static final long MAX_BYTES = 16L << 20;

    private final Path folder;
    private final Map<String, List<String>> files = new HashMap<>();

    SourceLines(Path folder) {
        this.folder = folder;
    }

    /** The text of {@code file:line}, or empty. */
    String text(String source) {
        int colon = source.lastIndexOf(':');
        if (colon < 0) {
            return "";
        }
        List<String> lines = files.computeIfAbsent(source.substring(0, colon), this::read);
        int line = Integer.parseInt(source.substring(colon + 1));
        return line >= 1 && line <= lines.size() ? lines.get(line - 1).strip() : "";
    }

    private List<String> read(String name) {
        try {
            String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
            Path path = folder.resolve(last);
            if (last.isEmpty()) {
                return List.of();
            }
            return new String(InputFiles.read(path, MAX_BYTES), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException | InvalidPathException unreadable) {
            return List.of();
        }
    }
}
