package dev.clipjet.gpu;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.PinnedMemory;
import dev.clipjet.error.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The memory that all prepared towers of an executor share, one run after the other: an arena on the device for input and
 * intermediate results, and pinned blocks for what goes in and out. As large as the largest of them needs.
 */
final class StaticMemory implements AutoCloseable {
    /** A buffer of Java has at most so many bytes. */
    private static final long MAX_PINNED = Integer.MAX_VALUE;

    private final GpuDevice device;
    private final GpuStream stream;
    private DeviceMemory arena;
    private PinnedMemory input;
    private PinnedMemory output;
    private long arenaBytes;
    private long inputBytes;
    private long outputBytes;

    StaticMemory(GpuDevice device, GpuStream stream) {
        this.device = device;
        this.stream = stream;
    }

    /** Whether so much is there, so that {@link #grow} need not move anything. */
    boolean holds(long arenaWanted, long inputWanted, long outputWanted) {
        return arena != null
                && input != null
                && output != null
                && arenaWanted <= arenaBytes
                && inputWanted <= inputBytes
                && outputWanted <= outputBytes;
    }

    /** Makes everything at least so large. All addresses change; the content of the arena is zero. */
    void grow(long arenaWanted, long inputWanted, long outputWanted) {
        if (Math.max(inputWanted, outputWanted) > MAX_PINNED) {
            throw new InvalidInputException("one run takes or gives " + Math.max(inputWanted, outputWanted)
                    + " bytes, at most " + MAX_PINNED + " are possible");
        }
        close();
        arenaBytes = Math.max(arenaBytes, arenaWanted);
        inputBytes = Math.max(inputBytes, inputWanted);
        outputBytes = Math.max(outputBytes, outputWanted);
        arena = device.allocate(arenaBytes);
        // Rows that a run does not fill are computed as well, from memory that has a value.
        stream.fill(arena.address(), (byte) 0, arenaBytes);
        input = device.allocatePinned(inputBytes);
        output = device.allocatePinned(outputBytes);
    }

    /** Address of the arena. */
    long arena() {
        return arena.address();
    }

    /** The first bytes of the pinned input. */
    ByteBuffer input(long bytes) {
        return first(input, bytes);
    }

    /** The first bytes of the pinned output. */
    ByteBuffer output(long bytes) {
        return first(output, bytes);
    }

    private static ByteBuffer first(PinnedMemory memory, long bytes) {
        return memory.buffer().slice(0, (int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Frees everything; {@link #grow} brings it back. */
    @Override
    public void close() {
        Closer all = new Closer();
        if (arena != null) {
            all.add(arena);
        }
        if (input != null) {
            all.add(input);
        }
        if (output != null) {
            all.add(output);
        }
        arena = null;
        input = null;
        output = null;
        all.close();
    }
}
