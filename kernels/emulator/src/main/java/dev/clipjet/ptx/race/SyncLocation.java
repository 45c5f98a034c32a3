package dev.clipjet.ptx.race;

import java.util.HashMap;
import java.util.Map;

/** What is known through a memory location: who acquires its value knows what those who released to it knew. */
public final class SyncLocation {
    private final int warps;
    /** Released to the whole device. */
    private VectorClock device;
    /** Released to threads of one block, device-wide releases by its threads included. */
    private final Map<Integer, VectorClock> blocks = new HashMap<>();

    /**
     * A location nobody released to.
     *
     * @param warps warps of every block
     */
    public SyncLocation(int warps) {
        this.warps = warps;
    }

    /** Forgets: the value was overwritten by something that releases nothing. */
    public void clear() {
        device = null;
        blocks.clear();
    }

    /**
     * Releases.
     *
     * @param block block of the releasing thread
     * @param knowledge what it knows, itself included
     * @param scope a scope of {@link Strength}
     */
    public void release(int block, VectorClock knowledge, int scope) {
        blocks.computeIfAbsent(block, key -> new VectorClock(key, warps)).join(knowledge);
        if (scope >= Strength.DEVICE) {
            if (device == null) {
                device = new VectorClock(block, warps);
            }
            device.join(knowledge);
        }
    }

    /** Joins what a thread of a block learns by acquiring with a scope. */
    public void acquire(int block, int scope, VectorClock target) {
        VectorClock own = blocks.get(block);
        if (own != null) {
            target.join(own);
        }
        if (scope >= Strength.DEVICE && device != null) {
            target.join(device);
        }
    }
}
