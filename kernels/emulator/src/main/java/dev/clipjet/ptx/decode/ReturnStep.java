package dev.clipjet.ptx.decode;

import dev.clipjet.ptx.exec.Branch;

/** {@code ret}, also behind the last instruction of every function. */
public final class ReturnStep extends Branch {
    /** A return. */
    public ReturnStep() {
        super(Form.RETURN, false);
    }
}
