package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;

/** How undefined halves of registers pass through instructions that treat halves apart. */
final class UndefinedHalves {
    private UndefinedHalves() {}

    /** Each half of the result depends on the same halves of the inputs; of unpacked values there is one half in both places. */
    static void lanewise(Step step, Warp warp, int mask, long undefined, boolean packed) {
        long all = Warp.halves(mask);
        int lanes = (int) (undefined | undefined >>> 32);
        long bad = (packed ? undefined : Warp.halves(lanes)) & all;
        for (int output : step.outputs()) {
            warp.undefined[output] = warp.undefined[output] & ~all | bad;
            warp.origin[output] = warp.originOf(step.inputs(), mask);
        }
    }

    /** The result is undefined where one source is, half by half. */
    static void copy(Warp warp, int mask, int from, int to) {
        long all = Warp.halves(mask);
        warp.undefined[to] = warp.undefined[to] & ~all | warp.undefined[from] & all;
        warp.origin[to] = warp.origin[from];
    }
}
