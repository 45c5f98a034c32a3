package dev.clipjet.convert;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Small files that are taken over as they are. */
final class CopiedFiles {
    private CopiedFiles() {}

    static Plan.Description of(List<Path> files) {
        return directory -> {
            List<String> names = new ArrayList<>();
            for (Path file : files) {
                String name = file.getFileName().toString();
                Files.deleteIfExists(directory.resolve(name));
                Files.write(directory.resolve(name), Files.readAllBytes(file));
                names.add(name);
            }
            return names;
        };
    }
}
