package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.exec.WarpStep;

/** A {@code .sync} instruction: each lane names in a register the lanes that take part, itself among them. */
abstract class SyncStep extends WarpStep {
    private final int members;

    /** The register's plane. */
    SyncStep(int members) {
        this.members = members;
    }

    @Override
    public final int members(Warp warp, int lane) {
        return warp.ints[members][lane];
    }

    @Override
    public final boolean agree(Warp warp, int lanes) {
        int[] named = warp.ints[members];
        int first = named[Integer.numberOfTrailingZeros(lanes)];
        int others = 0;
        for (int lane = 0; lane < 32; lane++) {
            others |= (lanes >>> lane & 1) * (named[lane] ^ first);
        }
        return others == 0;
    }
}
