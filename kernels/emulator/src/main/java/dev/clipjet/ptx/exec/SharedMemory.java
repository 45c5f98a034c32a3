package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.memory.ByteBits;
import dev.clipjet.ptx.race.ClusterRaces;
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
    private final int granule;
    private ClusterRaces clusterRaces;

    SharedMemory(int size, int granule, int warps) {
        this.granule = granule;
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
        clusterRaces = null;
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

    /** Who accessed what since another block of the cluster first did, or null if none has. */
    ClusterRaces clusterRaces() {
        return clusterRaces;
    }

    /** The same, as another block accesses the memory now. */
    ClusterRaces reachedByCluster() {
        if (clusterRaces == null) {
            clusterRaces = new ClusterRaces(bytes.length, granule);
        }
        return clusterRaces;
    }

    /** Places that threads synchronize through. */
    SyncLocations syncLocations() {
        return syncLocations;
    }
}
