package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.race.SyncLocation;
import java.util.HashMap;
import java.util.Map;

/** The places of a memory that threads synchronize through, by address. Kernels that have such places run on one thread. */
final class SyncLocations {
    private final Map<Long, SyncLocation> places = new HashMap<>();
    private final int warps;

    SyncLocations(int warps) {
        this.warps = warps;
    }

    SyncLocation at(long address) {
        return places.computeIfAbsent(address, key -> new SyncLocation(warps));
    }

    /** The place at an address, or null if nobody synchronized through it. */
    SyncLocation existing(long address) {
        return places.get(address);
    }

    /** What was released through places in a range is lost, because a plain write replaced it. */
    void forget(long address, int bytes) {
        for (int i = 0; i < bytes && !places.isEmpty(); i++) {
            SyncLocation place = places.get(address + i);
            if (place != null) {
                place.overwrite();
            }
        }
    }

    /** Whether a lane has observed the strong writes to a place; see {@link SyncLocation#observedBy}. */
    boolean observed(long address, Warp warp, int lane) {
        SyncLocation place = places.get(address);
        return place != null
                && place.observedBy(
                        warp.block().linearIndex(),
                        warp.index() << 5 | lane,
                        warp.clock().known(lane));
    }

    void clear() {
        places.clear();
    }
}
