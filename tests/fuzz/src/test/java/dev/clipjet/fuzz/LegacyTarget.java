package dev.clipjet.fuzz;

import dev.clipjet.weights.file.MemorySource;
import dev.clipjet.weights.torch.TorchCheckpoint;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The input is what follows the three fixed pickles of a file that torch wrote before 1.6: object, keys of storages, storages. */
public final class LegacyTarget {
    private static final Path FILE = Path.of("x.pt");
    private static final byte[] START = start();

    private LegacyTarget() {}

    private static byte[] start() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // The magic number, protocol 1001, and what the reader wants to know of the system.
        bytes.writeBytes(new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10});
        bytes.writeBytes(
                new byte[] {0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20, 0x6a, (byte) 0xa8, 0x50, 0x19});
        bytes.writeBytes(new byte[] {'.', (byte) 0x80, 2, 'M', (byte) 0xe9, 3, '.'});
        bytes.writeBytes(new byte[] {(byte) 0x80, 2, '}', 'X', 13, 0, 0, 0});
        bytes.writeBytes("little_endian".getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(new byte[] {(byte) 0x88, 's', '.'});
        return bytes.toByteArray();
    }

    public static void fuzzerTestOneInput(byte[] input) {
        byte[] file = new byte[START.length + input.length];
        System.arraycopy(START, 0, file, 0, START.length);
        System.arraycopy(input, 0, file, START.length, input.length);
        Bounds.check(
                file.length,
                () -> TorchCheckpoint.read(new MemorySource(FILE, ByteBuffer.wrap(file)))
                        .close());
    }
}
