package dev.clipjet.fuzz;

import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.nio.file.Path;

/** The input is a safetensors file. */
public final class SafetensorsTarget {
    private static final Path DIRECTORY = InputFile.directory();

    private SafetensorsTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Path file = InputFile.write(DIRECTORY, "x.safetensors", input, 0, input.length);
        Bounds.check(input.length, () -> SafetensorsFile.open(file).close());
    }
}
