package dev.clipjet.fuzz;

import dev.clipjet.weights.torch.TorchCheckpoint;
import java.nio.file.Path;

/** The input is a file of torch: a zip archive or the legacy container. */
public final class ZipTarget {
    private static final Path DIRECTORY = InputFile.directory();

    private ZipTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Path file = InputFile.write(DIRECTORY, "x.pt", input, 0, input.length);
        Bounds.check(input.length, () -> TorchCheckpoint.open(file).close());
    }
}
