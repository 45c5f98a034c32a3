package dev.clipjet.fuzz;

import com.sun.management.ThreadMXBean;
import dev.clipjet.error.ClipException;
import dev.clipjet.error.ModelFormatException;
import java.lang.management.ManagementFactory;

/**
 * What every reader promises for every input: it returns or throws an error of this library, takes at most a second of
 * processor time, and a second for each MB of larger inputs, and allocates no more than a multiple of the input's size.
 */
public final class Bounds {
    private static final long MAX_NANOS = 1_000_000_000L;
    private static final long MEGABYTE = 1_000_000L;

    /**
     * What a reader may allocate for each byte of input. The fuzzer's hooks allocate on the reader's thread (in one input 19 times
     * as much as the reader), so runs under it set a higher bound, and {@link Replay} holds what they found against this one.
     */
    private static final long BYTES_PER_BYTE = Long.getLong("clipjet.fuzz.bytesPerByte", 128);

    /** How many times its constant a reader may allocate; more than one under the fuzzer's hooks, as above. */
    private static final long CONSTANTS = Long.getLong("clipjet.fuzz.constants", 1);

    /** What a reader may allocate for any input: buffers of parsers and the way to a file. */
    private static final long CONSTANT_BYTES = 1 << 20;

    /** The first run of some code loads its classes and has them instrumented, which is none of the reader's doing. */
    private static final int ATTEMPTS = 3;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static double worstBytes;
    private static long worstNanos;

    private Bounds() {}

    /** The most bytes for each byte of input beyond the constant, for reports. */
    static double worstBytes() {
        return worstBytes;
    }

    /** The most nanoseconds of processor time for one input, for reports. */
    static long worstNanos() {
        return worstNanos;
    }

    /** Runs a reader on an input of a size and throws {@link AssertionError} if it breaks a promise. */
    public static void check(int inputBytes, Runnable reader) {
        check(inputBytes, CONSTANT_BYTES, 1, reader);
    }

    /**
     * The same for a reader with other needs.
     *
     * @param constantBytes allowed for any input, such as tables of a fixed size or the pixels of a small image
     * @param factor how many times the usual multiple of the input it may allocate
     */
    public static void check(int inputBytes, long constantBytes, int factor, Runnable reader) {
        long maxNanos = MAX_NANOS * Math.max(1, inputBytes / MEGABYTE);
        String broken = "";
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long allocated = THREADS.getCurrentThreadAllocatedBytes();
            long start = THREADS.getCurrentThreadCpuTime();
            try {
                reader.run();
            } catch (ModelFormatException e) {
                if (e.getMessage() == null || e.file().isEmpty()) {
                    throw new AssertionError("an error that names no file", e);
                }
            } catch (ClipException e) {
                if (e.getMessage() == null) {
                    throw new AssertionError("an error without words", e);
                }
            }
            long nanos = THREADS.getCurrentThreadCpuTime() - start;
            long bytes = THREADS.getCurrentThreadAllocatedBytes() - allocated;
            if (nanos <= maxNanos && bytes <= CONSTANTS * constantBytes + BYTES_PER_BYTE * factor * inputBytes) {
                worstBytes = Math.max(worstBytes, (bytes - constantBytes) / (double) Math.max(1, inputBytes));
                worstNanos = Math.max(worstNanos, nanos);
                return;
            }
            broken = bytes + " bytes and " + nanos + " ns for an input of " + inputBytes + " bytes";
        }
        throw new AssertionError(broken);
    }
}
