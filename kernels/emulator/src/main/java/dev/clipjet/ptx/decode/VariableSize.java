package dev.clipjet.ptx.decode;

import dev.clipjet.ptx.syntax.PtxModule;
import dev.clipjet.ptx.syntax.PtxSyntaxException;
import dev.clipjet.ptx.syntax.Variable;

/** Sizes of variables. */
public final class VariableSize {
    private VariableSize() {}

    /** Bytes of a variable in memory; an error for types that have no memory. */
    public static int of(PtxModule module, Variable variable) {
        PtxType type = PtxType.of(variable.type());
        if (type == null || type == PtxType.PRED || variable.space().equals("reg")) {
            throw new PtxSyntaxException(
                    module.file(),
                    variable.line(),
                    "a ." + variable.space() + " variable of type ." + variable.type() + " is not supported",
                    variable.name());
        }
        long limit = Integer.MAX_VALUE - 4096;
        long each = (long) type.bytes() * variable.vector();
        if (variable.elements() > limit / each) {
            throw new PtxSyntaxException(
                    module.file(), variable.line(), "a variable of more than " + limit + " bytes", variable.name());
        }
        return (int) (each * Math.max(0, variable.elements()));
    }
}
