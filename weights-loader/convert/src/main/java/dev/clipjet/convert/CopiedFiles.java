package dev.clipjet.convert;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Small files that are taken over as they are. */
final class CopiedFiles {
    private static final long MAX_BYTES = 256L << 20;

    private CopiedFiles() {}

    static Plan.Description of(List<Path> files) {
        return () -> {
            Map<String, byte[]> content = new LinkedHashMap<>();
            for (Path file : files) {
                content.put(file.getFileName().toString(), read(file));
            }
            return content;
        };
    }

    private static byte[] read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new ModelFormatException(Kind.MALFORMED, file, "", "is no regular file");
        }
        long bytes = Files.size(file);
        if (bytes > MAX_BYTES) {
            throw new ModelFormatException(
                    Kind.LIMIT, file, "", "has " + bytes + " bytes, at most " + MAX_BYTES + " are copied");
        }
        return Files.readAllBytes(file);
    }
}
