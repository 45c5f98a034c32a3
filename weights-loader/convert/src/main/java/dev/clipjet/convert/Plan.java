package dev.clipjet.convert;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * All that a conversion writes.
 *
 * @param files the weights
 * @param descriptions writers of the small files beside them
 * @param dropped tensors of the source that the result lacks
 * @param notes what the user should know
 */
record Plan(List<WeightFile> files, List<Description> descriptions, List<Dropped> dropped, List<String> notes) {
    /** Writes one or more small files and returns their names. */
    interface Description {
        List<String> write(Path directory) throws IOException;
    }

    Plan {
        files = List.copyOf(files);
        descriptions = List.copyOf(descriptions);
        dropped = List.copyOf(dropped);
        notes = List.copyOf(notes);
    }

    /** Bytes of all weights. */
    long bytes() {
        return files.stream().mapToLong(WeightFile::bytes).sum();
    }
}
