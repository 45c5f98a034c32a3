package dev.clipjet.convert;

import dev.clipjet.input.InputFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Small files that are taken over as they are. */
final class CopiedFiles {
    /** As large as the largest of them may be, the tokenizer. */
    private static final long MAX_BYTES = 256L << 20;

    private CopiedFiles() {}

    static Plan.Description of(List<Path> files) {
        return directory -> {
            List<String> names = new ArrayList<>();
            for (Path file : files) {
                String name = file.getFileName().toString();
                Files.deleteIfExists(directory.resolve(name));
                Files.write(directory.resolve(name), InputFiles.read(file, MAX_BYTES));
                names.add(name);
            }
            return names;
        };
    }
}
