package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.exec.WarpStep;

/** A {@code .sync.aligned} instruction, which a whole warp executes together. */
abstract class AlignedStep extends WarpStep {
    @Override
    public final int members(Warp warp, int lane) {
        return -1;
    }

    @Override
    public final boolean aligned() {
        return true;
    }
}
