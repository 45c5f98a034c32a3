package dev.clipjet.fuzz;

import com.sun.management.ThreadMXBean;
import dev.clipjet.error.ModelFormatException;
import java.lang.management.ManagementFactory;

/**
 * What every reader promises for every input: it returns or throws {@link ModelFormatException}, within a second, and
 * allocates no more than a multiple of the input's size.
 */
public final class Bounds {
    private static final long MAX_NANOS = 1_000_000_000L;

    /**
     * What a reader may allocate for each byte of input. The fuzzer's hooks allocate on the reader's thread (in one input 19 times
     * as much as the reader), so runs under it set a higher bound, and {@link Replay} holds what they found against this one.
     */
    private static final long BYTES_PER_BYTE = Long.getLong("clipjet.fuzz.bytesPerByte", 128);

    /** What a reader may allocate for any input: buffers of parsers and the way to a file. */
    private static final long CONSTANT_BYTES = 1 << 20;

    /** The first run of some code loads its classes and has them instrumented, which is none of the reader's doing. */
    private static final int ATTEMPTS = 3;

    /** The most bytes for each byte of input beyond the constant, for reports. */
    private static double worst;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Bounds() {}

    static double worst() {
        return worst;
    }

    /** Runs a reader on an input of a size and throws {@link AssertionError} if it breaks a promise. */
    public static void check(int inputBytes, Runnable reader) {
        check(inputBytes, CONSTANT_BYTES, reader);
    }

    /** The same for a reader whose result has tables of a fixed size. */
    static void check(int inputBytes, long constantBytes, Runnable reader) {
        String broken = "";
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long allocated = THREADS.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            try {
                reader.run();
            } catch (ModelFormatException e) {
                if (e.getMessage() == null || e.file().isEmpty()) {
                    throw new AssertionError("an error that names no file", e);
                }
            }
            long nanos = System.nanoTime() - start;
            long bytes = THREADS.getCurrentThreadAllocatedBytes() - allocated;
            if (nanos <= MAX_NANOS && bytes <= constantBytes + BYTES_PER_BYTE * inputBytes) {
                worst = Math.max(worst, (bytes - constantBytes) / (double) Math.max(1, inputBytes));
                return;
            }
            broken = bytes + " bytes and " + nanos + " ns for an input of " + inputBytes + " bytes";
        }
        throw new AssertionError(broken);
    }
}
