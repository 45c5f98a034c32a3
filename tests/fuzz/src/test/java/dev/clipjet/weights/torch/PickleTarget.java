package dev.clipjet.weights.torch;

import dev.clipjet.fuzz.Bounds;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The input is a pickle; every storage it names is taken to be there. In this package to need no file around it. */
public final class PickleTarget {
    private static final Path FILE = Path.of("x.pt");

    private PickleTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Bounds.check(input.length, () -> {
            PickleStream stream = new PickleStream(FILE, "archive/data.pkl", 0, ByteBuffer.wrap(input));
            TensorFactory tensors = new TensorFactory(stream, 1 << 20, storage -> {});
            PickleValue root = new PickleInterpreter(stream, tensors).read();
            StateDict.of(FILE, root, input.length);
        });
    }
}
