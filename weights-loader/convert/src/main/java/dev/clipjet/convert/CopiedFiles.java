package dev.clipjet.convert;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.input.FileTooLargeException;
import dev.clipjet.input.InputFiles;
import dev.clipjet.input.NotRegularFileException;
import java.io.IOException;
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
        try {
            return InputFiles.read(file, MAX_BYTES);
        } catch (NotRegularFileException e) {
            throw new ModelFormatException(Kind.MALFORMED, file, "", "is no regular file", e);
        } catch (FileTooLargeException e) {
            throw new ModelFormatException(Kind.LIMIT, file, "", e.problem(), e);
        }
    }
}
