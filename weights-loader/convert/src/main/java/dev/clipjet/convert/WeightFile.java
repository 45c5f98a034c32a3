package dev.clipjet.convert;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A file of weights to be written. It appears under its name in one step, when it is complete and on the disk. */
public interface WeightFile {
    /** Name of the file. */
    String name();

    /** What it will hold. */
    List<PlannedTensor> tensors();

    /** Writes it. */
    void write(Path directory, TensorPump pump) throws IOException;

    /** Whether an earlier run of the same conversion finished it. */
    boolean isComplete(Path directory) throws IOException;

    /** Names of files that belong to it, such as one for large data. */
    default List<String> companions() {
        return List.of();
    }

    /** Bytes of its tensors. */
    default long bytes() {
        return tensors().stream()
                .mapToLong(tensor -> tensor.declaration().bytes())
                .sum();
    }
}
