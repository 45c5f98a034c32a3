package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.memory.Allocation;
import dev.clipjet.ptx.memory.GlobalMemory;
import dev.clipjet.ptx.report.FindingKind;

/**
 * Accesses of the asynchronous proxy, which one lane starts for a whole range: the same checks as in {@link MemoryAccess}, and
 * that of proxy fences.
 */
final class BulkAccess {
    private final Warp warp;
    private final RaceReports reports;

    BulkAccess(Warp warp) {
        this.warp = warp;
        reports = new RaceReports(warp.access);
    }

    /** A bulk copy reads global memory, of which the allocation is returned. */
    Allocation readGlobal(Step step, int lane, long source, int count, int alignment) {
        Allocation allocation = global(step, lane, source, count, alignment, false);
        if (checks()) {
            long from = source - allocation.address();
            int block = warp.block().linearIndex();
            allocation.races().read(block, warp.index(), lane, 1, warp.clock(), step.pc(), from, count, reports);
        }
        return allocation;
    }

    /** A bulk copy writes global memory until the clock of an agent is known. */
    Allocation writeGlobal(Step step, int lane, int agent, int stamp, long target, int count, int alignment) {
        Allocation allocation = global(step, lane, target, count, alignment, true);
        int to = (int) (target - allocation.address());
        if (checks()) {
            int block = warp.block().linearIndex();
            allocation.races().writeAsync(block, agent, stamp, lane, warp.clock(), step.pc(), to, count, reports);
        }
        allocation.written().set(to, count);
        return allocation;
    }

    /** A bulk copy writes shared memory, perhaps of another block, which is pending from now on. */
    void writeShared(Step step, int lane, Block target, int to, int count, int alignment) {
        shared(step, lane, target, to, count, alignment, true);
        SharedMemory memory = target.shared();
        if (!checks()) {
            return;
        }
        if (target == warp.block()) {
            memory.races().startAsyncWrite(warp.index(), lane, warp.clock(), step.pc(), to, count, reports);
        } else {
            memory.races().startRemoteWrite(warp.index(), lane, warp.clock(), step.pc(), to, count, reports);
        }
        if (memory.clusterRaces() != null) {
            int block = warp.block().linearIndex();
            memory.clusterRaces().writeAsync(block, lane, warp.clock(), step.pc(), to, count, reports);
        }
    }

    /** An operation reads shared memory until the clock of an agent is known; {@code use} says for what. */
    void readShared(Step step, int lane, int agent, int stamp, int from, int count, int alignment, String use) {
        shared(step, lane, warp.block(), from, count, alignment, false);
        if (!checks()) {
            return;
        }
        SharedMemory memory = warp.block().shared();
        if (!memory.written().all(from, count)) {
            warp.report(
                    FindingKind.UNDEFINED_VALUE,
                    step,
                    lane,
                    "memory at " + AddressErrors.hex(from) + " that nobody wrote is used as " + use,
                    null);
        }
        memory.races().readAsync(agent, stamp, warp.index(), lane, warp.clock(), step.pc(), from, count, reports);
        if (memory.clusterRaces() != null) {
            int block = warp.block().linearIndex();
            memory.clusterRaces().readAsync(block, lane, warp.clock(), step.pc(), from, count, reports);
        }
    }

    private boolean counters() {
        return warp.block().launch().options().counters();
    }

    private boolean checks() {
        return warp.block().launch().options().checks();
    }

    private void shared(Step step, int lane, Block target, int from, int count, int alignment, boolean write) {
        reports.begin(warp, step, 1 << lane, count, 0);
        reports.inShared(target);
        if ((from & alignment - 1) != 0) {
            AddressErrors.misaligned(warp, step, lane, from, alignment);
        }
        int length = target.shared().bytes().length;
        if (from < 0 || (long) from + count > length) {
            AddressErrors.outsideShared(warp, step, lane, from, count, length, write);
        }
    }

    /** Counts a copy's access to shared memory. */
    void countShared(Step step, int count) {
        if (counters()) {
            warp.block().progress().memory().sharedBulk(step.pc(), count);
        }
    }

    private Allocation global(Step step, int lane, long place, int count, int alignment, boolean write) {
        reports.begin(warp, step, 1 << lane, count, 0);
        if ((place & alignment - 1) != 0) {
            AddressErrors.misaligned(warp, step, lane, place, alignment);
        }
        Allocation allocation = warp.block().launch().memory().at(place);
        long from = allocation == null ? -1 : GlobalMemory.offset(place);
        if (from < 0 || from + count > allocation.bytes().length) {
            AddressErrors.outsideGlobal(warp, step, lane, place, count, write);
            throw new IllegalStateException("out of bounds is fatal");
        }
        if (write && allocation.readOnly()) {
            AddressErrors.readOnly(warp, step, lane, allocation);
        }
        reports.in(Space.GLOBAL, allocation.address());
        if (counters()) {
            warp.block().progress().memory().globalBulk(step.pc(), place, count);
            allocation.touch((int) from, count);
        }
        return allocation;
    }
}
