package dev.clipjet.fuzz;

import dev.clipjet.weights.file.MemorySource;
import dev.clipjet.weights.torch.TorchCheckpoint;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The input is a file of torch: a zip archive or the legacy container. */
public final class ZipTarget {
    private static final Path FILE = Path.of("x.pt");

    private ZipTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Bounds.check(
                input.length,
                () -> TorchCheckpoint.read(new MemorySource(FILE, ByteBuffer.wrap(input)))
                        .close());
    }
}
