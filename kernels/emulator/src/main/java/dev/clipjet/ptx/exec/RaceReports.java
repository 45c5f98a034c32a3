package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.race.ProxyListener;
import dev.clipjet.ptx.race.Strength;
import dev.clipjet.ptx.report.FindingKind;
import java.util.Locale;

/** Turns what the race records find into reports of the warp that accesses memory. */
final class RaceReports implements ProxyListener {
    private final MemoryAccess access;
    private Warp warp;
    private Step step;
    private Space space;
    /** The block whose shared memory is accessed. */
    private Block home;

    private long raceBase;
    private int strength;
    private int lanes;
    private int width;
    /** Lanes that write where a lower lane of the same instruction writes. */
    private int overlapping;

    RaceReports(MemoryAccess access) {
        this.access = access;
    }

    /** An access begins: so many bytes for each of some lanes. */
    void begin(Warp by, Step at, int mask, int bytes, int strong) {
        warp = by;
        step = at;
        lanes = mask;
        width = bytes;
        strength = strong;
        overlapping = 0;
    }

    /** What follows lies in a space, whose records count from an address. */
    void in(Space where, long base) {
        space = where;
        raceBase = base;
        home = warp.block();
    }

    /** What follows lies in shared memory of a block. */
    void inShared(Block owner) {
        in(Space.SHARED, 0);
        home = owner;
    }

    private String where(long at) {
        return space.name().toLowerCase(Locale.ROOT) + " memory at " + AddressErrors.hex(raceBase + at)
                + (home == warp.block() ? "" : " of block " + home.rankInCluster() + " of the cluster");
    }

    int overlapping() {
        return overlapping;
    }

    @Override
    public void race(
            long at, int lane, boolean write, int otherBlock, int otherThread, int otherAccess, boolean otherWrite) {
        Block own = warp.block();
        int block = otherBlock < 0 ? home.linearIndex() : otherBlock;
        int otherPc = Strength.pc(otherAccess);
        if (home.agents().isAgent(otherThread)) {
            asynchronous(at, lane, write, block, otherThread, otherPc, otherWrite);
            return;
        }
        boolean ownWarp = block == own.linearIndex() && otherThread >>> 5 == warp.index();
        if (write && otherWrite && ownWarp && otherPc == step.pc() && sameInstruction(at, lane, otherThread & 31)) {
            overlapping |= 1 << lane;
            return;
        }
        if (write
                && otherWrite
                && ownWarp
                && otherPc == step.pc()
                && !own.schedule().whole()) {
            // The schedule may have split one execution of the instruction; the plain schedule judges such stores.
            return;
        }
        boolean sizes = strength != 0
                && otherAccess >>> Strength.SHIFT != 0
                && strength >>> Strength.SHIFT != otherAccess >>> Strength.SHIFT;
        warp.report(
                FindingKind.RACE,
                step,
                lane,
                (write ? "write" : "read") + " of " + where(at) + " races with a " + (otherWrite ? "write" : "read")
                        + (ownWarp ? " by another lane of the warp" : "")
                        + (sizes ? "; both are strong, but of different sizes, or a scope leaves the other out" : ""),
                own.launch().place(otherPc, block, otherThread));
    }

    /** Whether a lower lane of this very instruction writes the granule at an offset too. */
    private boolean sameInstruction(long at, int lane, int other) {
        if (other >= lane || (lanes >>> other & 1) == 0 || access.memory(other) != access.memory(lane)) {
            return false;
        }
        return access.offset[other] <= at && at < (long) access.offset[other] + width;
    }

    private void asynchronous(long at, int lane, boolean write, int block, int agent, int otherPc, boolean otherWrite) {
        Block own = warp.block();
        String what = (write ? "write" : "read") + " of " + where(at);
        warp.report(
                otherWrite ? FindingKind.PENDING_COPY : FindingKind.PENDING_SOURCE,
                step,
                lane,
                what
                        + (otherWrite
                                ? " before the completion of the asynchronous copy to it was waited for"
                                : " while an asynchronous operation may still read it"),
                own.launch()
                        .place(
                                otherPc,
                                block,
                                block == home.linearIndex() ? home.agents().thread(agent) : 0));
    }

    @Override
    public void unfinished(
            long at,
            int lane,
            boolean write,
            boolean waited,
            int grid,
            int otherBlock,
            int otherThread,
            int otherAccess,
            boolean otherWrite) {
        EarlierGrid other = warp.block().launch().earlier().grid(grid);
        boolean directly = grid == warp.block().launch().earlier().entries().size() - 1;
        warp.report(
                FindingKind.RACE,
                step,
                lane,
                (write ? "write" : "read") + " of global memory at " + AddressErrors.hex(raceBase + at)
                        + (waited ? "" : ", before griddepcontrol.wait,") + " races with a "
                        + (otherWrite ? "write" : "read") + " by the kernel "
                        + other.code().name()
                        + (directly
                                ? " launched before, which may not be over"
                                : " launched earlier, which may not be over: no grid since then waited for it"),
                other.place(Strength.pc(otherAccess), otherBlock, otherThread),
                other.code().file());
    }

    @Override
    public void pending(long at, int lane, boolean write, int otherThread, int otherAccess) {
        warp.report(
                FindingKind.PENDING_COPY,
                step,
                lane,
                (write ? "write" : "read") + " of " + where(at) + " while an asynchronous copy to it is pending",
                home.place(Strength.pc(otherAccess), otherThread));
    }

    @Override
    public void mbarrier(long at, int lane, boolean write, int otherAccess) {
        warp.report(
                FindingKind.MBARRIER,
                step,
                lane,
                "plain " + (write ? "write" : "read") + " of " + where(at) + ", which belongs to a live mbarrier",
                null);
    }

    @Override
    public void nonCoherent(long at, int lane, boolean write, int otherBlock, int otherThread, int otherAccess) {
        warp.report(
                FindingKind.NON_COHERENT_READ,
                step,
                lane,
                write
                        ? "write of global memory at " + AddressErrors.hex(raceBase + at)
                                + ", which the kernel also reads by a non-coherent load"
                        : "non-coherent load of global memory at " + AddressErrors.hex(raceBase + at)
                                + ", which the kernel writes",
                warp.block().launch().place(Strength.pc(otherAccess), otherBlock, otherThread));
    }

    @Override
    public void overwritesStrong(long at, int count) {
        if (space == Space.SHARED) {
            home.shared().syncLocations().forget(at, count);
        } else {
            warp.block().launch().syncLocations().forget(raceBase + at, count);
        }
    }

    @Override
    public boolean observed(long at, int lane, int otherAccess) {
        long place = at & -Strength.bytes(otherAccess);
        SyncLocations places = space == Space.SHARED
                ? home.shared().syncLocations()
                : warp.block().launch().syncLocations();
        return places.observed(space == Space.SHARED ? place : raceBase + place, warp, lane);
    }

    @Override
    public boolean sameCluster(int otherBlock) {
        return warp.block().launch().sameCluster(warp.block().linearIndex(), otherBlock);
    }

    @Override
    public void unfenced(long at, int lane, boolean write, int otherThread, int otherAccess) {
        warp.report(
                FindingKind.PROXY_FENCE,
                step,
                lane,
                "the asynchronous proxy " + (write ? "writes" : "reads") + " shared memory at " + AddressErrors.hex(at)
                        + ", which a thread wrote before; fence.proxy.async is missing between",
                warp.block().place(Strength.pc(otherAccess), otherThread));
    }
}
