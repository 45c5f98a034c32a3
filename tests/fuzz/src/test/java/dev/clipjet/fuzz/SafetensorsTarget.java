package dev.clipjet.fuzz;

import dev.clipjet.weights.file.MemorySource;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The input is a safetensors file. */
public final class SafetensorsTarget {
    private static final Path FILE = Path.of("x.safetensors");

    private SafetensorsTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Bounds.check(
                input.length,
                () -> SafetensorsFile.read(new MemorySource(FILE, ByteBuffer.wrap(input)))
                        .close());
    }
}
