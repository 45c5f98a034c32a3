package dev.clipjet.ptx.decode;

import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.syntax.Function;

/**
 * A call: which function, and what is copied where within local memory.
 *
 * @param callee the function
 * @param arguments moves before it
 * @param results moves after it
 */
public record CallSite(Function callee, Move[] arguments, Move[] results) {
    /** Bytes of local memory to copy. */
    public record Move(int from, int to, int bytes) {
        /** Copies them for some lanes, undefined bytes as such. */
        public void run(Warp warp, int mask) {
            int stride = warp.code().localBytes();
            for (int left = mask; left != 0; left &= left - 1) {
                int base = Integer.numberOfTrailingZeros(left) * stride;
                System.arraycopy(warp.local, base + from, warp.local, base + to, bytes);
                warp.localWritten.copy(warp.localWritten, base + from, base + to, bytes);
            }
        }
    }

    static CallSite of(
            Function callee, Symbol[] from, Symbol[] to, Symbol[] resultFrom, Symbol[] resultTo, InstructionReader in) {
        return new CallSite(callee, moves(from, to, in), moves(resultFrom, resultTo, in));
    }

    private static Move[] moves(Symbol[] from, Symbol[] to, InstructionReader in) {
        Move[] moves = new Move[from.length];
        for (int i = 0; i < moves.length; i++) {
            if (from[i].bytes() != to[i].bytes()) {
                throw in.error(from[i].name() + " has " + from[i].bytes() + " bytes, " + to[i].name() + " has "
                        + to[i].bytes());
            }
            moves[i] = new Move((int) from[i].address(), (int) to[i].address(), (int) from[i].bytes());
        }
        return moves;
    }
}
