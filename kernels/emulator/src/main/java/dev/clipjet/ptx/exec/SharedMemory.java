package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.memory.ByteBits;
import dev.clipjet.ptx.race.SharedRaces;
import java.util.Arrays;

/** Shared memory of a block. */
public final class SharedMemory {
    /** What memory holds that nobody wrote. */
    private static final byte POISON = (byte) 0xA5;

    private final byte[] bytes;
    private final ByteBits written;
    private final SharedRaces races;
    private final SyncLocations syncLocations;

    SharedMemory(int size, int granule, int warps) {
        bytes = new byte[size];
        written = new ByteBits(size);
        races = new SharedRaces(size, granule, warps);
        syncLocations = new SyncLocations(warps);
    }

    void reset(int block) {
        Arrays.fill(bytes, POISON);
        if (bytes.length > 0) {
            written.clear(0, bytes.length);
        }
        races.clear(block);
        syncLocations.clear();
    }

    /** The bytes. */
    public byte[] bytes() {
        return bytes;
    }

    /** Which bytes were written. */
    public ByteBits written() {
        return written;
    }

    /** Who accessed what. */
    public SharedRaces races() {
        return races;
    }

    /** Places that threads synchronise through. */
    SyncLocations syncLocations() {
        return syncLocations;
    }
}
