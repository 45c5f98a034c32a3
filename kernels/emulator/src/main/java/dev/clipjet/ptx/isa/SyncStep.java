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
        if (lanes == -1) {
            for (int each : named) {
                others |= each ^ first;
            }
            return others == 0;
        }
        for (int left = lanes; left != 0; left &= left - 1) {
            others |= named[Integer.numberOfTrailingZeros(left)] ^ first;
        }
        return others == 0;
    }
}
