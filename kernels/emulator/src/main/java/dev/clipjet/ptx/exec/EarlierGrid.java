package dev.clipjet.ptx.exec;

import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.memory.Allocation;
import dev.clipjet.ptx.memory.GlobalMemory;
import dev.clipjet.ptx.race.EarlierAccesses;
import dev.clipjet.ptx.race.GlobalFootprint;
import dev.clipjet.ptx.report.Place;
import java.util.Map;
import java.util.function.BiConsumer;

/** A grid that has run, and that a later one may overlap. */
final class EarlierGrid {
    private final KernelCode code;
    private final LaunchShape shape;
    private final GridDependencies dependencies;
    private final SyncLocations syncLocations;
    private Map<Allocation, GlobalFootprint> footprint;

    EarlierGrid(Launch launch) {
        code = launch.code();
        shape = launch.shape();
        dependencies = launch.dependencies();
        syncLocations = launch.syncLocations();
    }

    /** Keeps what it did, as memory still knows it. */
    void keep(GlobalMemory memory) {
        if (footprint == null) {
            footprint = memory.footprint();
        }
    }

    /** Passes on what it did to each allocation, to a launch that knows it by an index. */
    void accesses(int index, boolean pastWait, BiConsumer<Allocation, EarlierAccesses.Part> to) {
        // Without launch_dependents the next grid starts when all blocks have ended. They have read then, but what they
        // wrote need not be visible.
        boolean readsOver = !dependencies.launched();
        footprint.forEach((allocation, part) -> to.accept(
                allocation, new EarlierAccesses.Part(index, pastWait, readsOver, dependencies.released(), part)));
    }

    /** Places in global memory that its threads synchronized through. */
    SyncLocations syncLocations() {
        return syncLocations;
    }

    KernelCode code() {
        return code;
    }

    GridDependencies dependencies() {
        return dependencies;
    }

    /** The place of an instruction for a thread; asynchronous operations stand for the first thread of their block. */
    Place place(int pc, int block, int thread) {
        return Launch.place(code, shape, pc, block, thread < shape.block().count() ? thread : 0);
    }
}
