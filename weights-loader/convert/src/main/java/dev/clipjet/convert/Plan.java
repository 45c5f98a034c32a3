package dev.clipjet.convert;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * All that a conversion writes.
 *
 * @param files the weights
 * @param descriptions the small files beside them
 * @param dropped tensors of the source that the result lacks
 * @param notes what the user should know
 */
public record Plan(List<WeightFile> files, List<Description> descriptions, List<Dropped> dropped, List<String> notes) {
    /** One or more small files. */
    public interface Description {
        /** The content of each, by its name. */
        Map<String, byte[]> content() throws IOException;
    }

    public Plan {
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
