package dev.clipjet.ptx.exec;

/**
 * One instruction, decoded. A step is immutable and shared by all warps; its registers are indices into the planes of a {@link
 * Warp}: {@code ints} for registers of up to 32 bits (narrower ones zero-extended), {@code longs} for 64 bits, {@code
 * predicates} (one bit a lane). Literals and special registers have planes too, so an operand is an index in every case.
 */
public abstract class Step {
    private static final int[] NONE = {};

    private int pc = -1;
    private int line;
    private String text = "";
    private int guard = -1;
    private int guardUndefined;
    private boolean guardNegated;
    private boolean touchesMatrix;
    private int[] inputs = NONE;
    private int[] outputs = NONE;

    /** How the scheduler treats a step. */
    public enum Kind {
        /** Runs at once for whichever lanes are there. */
        PLAIN,
        /** A {@link Branch}. */
        CONTROL,
        /** Waits until the lanes of its member mask are there; a {@link WarpStep}. */
        WARP,
        /** May wait for other warps; a {@link WaitStep}. */
        WAIT
    }

    /** How the scheduler treats this step. */
    public Kind kind() {
        return Kind.PLAIN;
    }

    /**
     * Carries the instruction out.
     *
     * @param warp the warp
     * @param mask lanes that take part, never 0
     */
    public abstract void run(Warp warp, int mask);

    /**
     * Called instead of marking the outputs undefined when a lane in {@code mask} has an undefined input. The default lets
     * undefined values pass through to the outputs, whole. Steps for which an undefined input is an error report it.
     *
     * @param undefined halves of lanes, as in {@link Warp#undefined}
     */
    protected void undefinedInput(Warp warp, int mask, long undefined) {
        int lanes = (int) (undefined | undefined >>> 32) & mask;
        long both = Warp.halves(lanes);
        long all = Warp.halves(mask);
        for (int output : outputs) {
            warp.undefined[output] = warp.undefined[output] & ~all | both;
            warp.origin[output] = warp.originOf(inputs, mask);
        }
    }

    /** Whether {@link #run} itself says which lanes of the outputs are undefined, as loads do. */
    protected boolean marksOutputs() {
        return false;
    }

    /** Whether a write is counted as a request of its own; not for updates, whose read is. */
    protected boolean countsWrites() {
        return true;
    }

    /** Multiply-adds of one execution by a warp, for matrix instructions. */
    public long tensorMacs() {
        return 0;
    }

    /** Sets the place in the program; called once by the lowering. */
    public final void place(int at, int atLine, String asWritten) {
        pc = at;
        line = atLine;
        text = asWritten;
    }

    /** Sets the guard: a predicate plane and its index among the undefined marks. */
    public final void guard(int predicate, int undefinedIndex, boolean negated) {
        guard = predicate;
        guardUndefined = undefinedIndex;
        guardNegated = negated;
    }

    /** Sets the registers read and written, as indices of {@link Warp#undefined}. */
    public final void dataflow(int[] read, int[] written) {
        inputs = read;
        outputs = written;
    }

    /** Whether this is an asynchronous matrix operation itself, whose use of registers has rules of its own. */
    public boolean isMatrixOperation() {
        return false;
    }

    /** Says that the step accesses registers of asynchronous matrix operations. */
    public final void touchMatrix() {
        touchesMatrix = true;
    }

    final boolean touchesMatrix() {
        return touchesMatrix;
    }

    /** Program counter: the index in the kernel's code. */
    public final int pc() {
        return pc;
    }

    /** Line of the PTX text. */
    public final int line() {
        return line;
    }

    /** The instruction as written. */
    public final String text() {
        return text;
    }

    /** The guard's predicate plane, or -1. */
    public final int guard() {
        return guard;
    }

    final int guardUndefined() {
        return guardUndefined;
    }

    /** Whether the guard is negated. */
    public final boolean guardNegated() {
        return guardNegated;
    }

    /** Registers read, as indices of {@link Warp#undefined}. */
    public final int[] inputs() {
        return inputs;
    }

    /** Registers written, as indices of {@link Warp#undefined}. */
    public final int[] outputs() {
        return outputs;
    }
}
