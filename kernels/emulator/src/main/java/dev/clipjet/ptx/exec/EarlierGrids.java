package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.memory.Allocation;
import dev.clipjet.ptx.race.EarlierAccesses;
import dev.clipjet.ptx.race.EarlierNumbers;
import dev.clipjet.ptx.race.SyncLocation;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The grids that a launch may overlap. */
public final class EarlierGrids {
    /** None: everything before the launch is over when it begins. */
    public static final EarlierGrids NONE = new EarlierGrids(List.of());

    /**
     * One of them.
     *
     * @param grid the grid
     * @param pastWait whether it may still run when the grid directly before the launch has ended
     * @param numbers of the grids that it may have overlapped itself
     */
    record Entry(EarlierGrid grid, boolean pastWait, EarlierNumbers numbers) {}

    private final List<Entry> entries;
    private final Map<Allocation, EarlierAccesses> accesses = new IdentityHashMap<>();

    EarlierGrids(List<Entry> entries) {
        this.entries = List.copyOf(entries);
        Map<Allocation, List<EarlierAccesses.Part>> parts = new IdentityHashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            entry.grid.accesses(
                    i,
                    entry.pastWait,
                    (allocation, part) -> parts.computeIfAbsent(allocation, key -> new ArrayList<>())
                            .add(part));
        }
        parts.forEach((allocation, list) -> accesses.put(allocation, new EarlierAccesses(list)));
    }

    List<Entry> entries() {
        return entries;
    }

    /** One of them, by its index. */
    EarlierGrid grid(int index) {
        return entries.get(index).grid;
    }

    /** A lane has read a value by a strong access, which an earlier grid may have released. */
    void observe(Warp warp, int lane, long address, int scope, boolean acquires) {
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            SyncLocation place = entry.grid.syncLocations().existing(address);
            if (place != null) {
                warp.clock().observeEarlier(lane, i, entry.numbers, place, scope, acquires);
            }
        }
    }

    /** What they did, by allocation. */
    Map<Allocation, EarlierAccesses> accesses() {
        return accesses;
    }
}
