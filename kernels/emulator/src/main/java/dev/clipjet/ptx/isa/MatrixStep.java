package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.exec.Warp;

/** A product of matrices in registers, which may not be undefined. */
abstract class MatrixStep extends AlignedStep {
    @Override
    protected final void undefinedInput(Warp warp, int mask, long undefined) {
        warp.reportUndefined(this, mask, "an operand of a matrix instruction");
    }
}
