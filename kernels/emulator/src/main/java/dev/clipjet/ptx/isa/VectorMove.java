package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.syntax.Operand;
import java.util.List;

/** {@code mov.v2 mov.v4}: some registers at once, all read before any is written. */
final class VectorMove extends Step {
    private final boolean wide;
    private final int[] to;
    private final int[] from;
    private final int[] toMarks;
    private final int[] fromMarks;

    private VectorMove(boolean wide, int n) {
        this.wide = wide;
        to = new int[n];
        from = new int[n];
        toMarks = new int[n];
        fromMarks = new int[n];
    }

    static Step of(InstructionReader in, int n, PtxType type) {
        List<Operand> targets = in.elements(0);
        List<Operand> sources = in.elements(1);
        boolean fits = type.isFundamental() && n * type.bits() <= 128;
        if (targets.size() != n || sources.size() != n || !fits) {
            throw in.error("a vector move of " + n + " elements of type " + type);
        }
        VectorMove move = new VectorMove(type.isLong(), n);
        for (int i = 0; i < n; i++) {
            move.to[i] = type.isLong() ? in.longTarget(targets.get(i)) : in.intTarget(targets.get(i));
            move.from[i] = type.isLong() ? in.longSource(sources.get(i), type) : in.intSource(sources.get(i), type);
            move.toMarks[i] = in.mark(targets.get(i));
            move.fromMarks[i] = in.mark(sources.get(i));
        }
        return move;
    }

    @Override
    protected void undefinedInput(Warp warp, int mask, long undefined) {
        long[] marks = new long[to.length];
        for (int i = 0; i < marks.length; i++) {
            marks[i] = warp.undefined[fromMarks[i]];
        }
        long lanes = Warp.halves(mask);
        for (int i = 0; i < marks.length; i++) {
            warp.undefined[toMarks[i]] = warp.undefined[toMarks[i]] & ~lanes | marks[i] & lanes;
            warp.origin[toMarks[i]] = warp.originOf(fromMarks, mask);
        }
    }

    @Override
    public void run(Warp warp, int mask) {
        long[] values = new long[to.length];
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            for (int i = 0; i < values.length; i++) {
                values[i] = wide ? warp.longs[from[i]][lane] : warp.ints[from[i]][lane];
            }
            for (int i = 0; i < values.length; i++) {
                if (wide) {
                    warp.longs[to[i]][lane] = values[i];
                } else {
                    warp.ints[to[i]][lane] = (int) values[i];
                }
            }
        }
    }
}
