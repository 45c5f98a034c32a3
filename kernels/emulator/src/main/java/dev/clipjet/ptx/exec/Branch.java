package dev.clipjet.ptx.exec;

/** Control flow. */
public abstract class Branch extends Step {
    /** What kind of jump. */
    public enum Form {
        /** To {@link #target} for the guarded lanes. */
        JUMP,
        /** To a target that each lane chooses by {@link #targetOf}. */
        INDEXED,
        /** Into a function; the lanes come back behind the call. */
        CALL,
        /** Back to the caller, or out of the kernel. */
        RETURN,
        /** Out of the kernel. */
        EXIT
    }

    private final Form form;
    private final boolean uniform;
    private int target;

    /**
     * A jump.
     *
     * @param form its form
     * @param uniform whether the program promises that all lanes agree
     */
    protected Branch(Form form, boolean uniform) {
        this.form = form;
        this.uniform = uniform;
    }

    @Override
    public final Kind kind() {
        return Kind.CONTROL;
    }

    /** The form. */
    public final Form form() {
        return form;
    }

    /** Whether the program promises that all lanes agree. */
    public final boolean uniform() {
        return uniform;
    }

    /** Where a jump or call goes. */
    public final int target() {
        return target;
    }

    /** Sets where a jump or call goes, once the lowering knows. */
    public final void target(int pc) {
        target = pc;
    }

    /** Where a lane goes in an indexed jump. */
    public int targetOf(Warp warp, int lane) {
        return target;
    }

    /** For calls and returns: moves arguments or results. Nothing by default. */
    @Override
    public void run(Warp warp, int mask) {}
}
