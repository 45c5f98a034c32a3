package dev.clipjet.ptx.exec;

/** A step that may have to wait for other warps. */
public abstract class WaitStep extends Step {
    @Override
    public final Kind kind() {
        return Kind.WAIT;
    }

    /**
     * Arrives.
     *
     * @return a ticket to ask with, or -1 if there is nothing to wait for and the step is done
     */
    public abstract long arrive(Warp warp, int mask);

    /** Asks whether the wait is over; if it is, does what is left to do. Called again until it returns true. */
    public abstract boolean passed(Warp warp, int mask, long ticket);

    /** What is being waited for, for reports. */
    public abstract String waitingFor(Warp warp, long ticket);

    /** Whether the whole warp must arrive together. */
    public boolean aligned() {
        return false;
    }

    @Override
    public final void run(Warp warp, int mask) {
        throw new IllegalStateException("a waiting step is not run");
    }
}
