package dev.clipjet.ptx.race;

/**
 * The {@code griddepcontrol} instructions that the threads of a block executed.
 *
 * <p>A dependent grid may start as soon as every block has executed {@code launch_dependents} once, or has ended. Which of several
 * executions in a block comes first is open, so only what precedes every one of them precedes the start: what a fence of at least
 * device scope before it covers, as the PTX manual says, and the end of the block's own prerequisites, where the executing thread
 * knew of it.
 */
public final class Triggers {
    private boolean waited;
    private boolean launched;
    private boolean afterWait;
    private VectorClock released;

    /** Nothing executed. */
    public void reset() {
        waited = false;
        launched = false;
        afterWait = false;
        released = null;
    }

    /** Lanes of a warp execute {@code griddepcontrol.wait}. */
    public void await(WarpClock clock, int mask) {
        waited = true;
        clock.learnPrerequisites(mask);
    }

    /** Lanes of a warp execute {@code griddepcontrol.launch_dependents}. */
    public void launch(WarpClock clock, int mask) {
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            boolean over = clock.prerequisitesOver(lane);
            VectorClock covered = clock.releasedToDevice(lane);
            if (!launched) {
                launched = true;
                afterWait = over;
                released = covered;
            } else {
                afterWait &= over;
                if (covered == null) {
                    released = null;
                } else if (released != null) {
                    released.meet(covered);
                }
            }
        }
    }

    /** Whether any thread waited. */
    public boolean waited() {
        return waited;
    }

    /** Whether any thread launched dependents. */
    public boolean launched() {
        return launched;
    }

    /** Whether dependents can only start after the block's own prerequisites: it has launched them, or ended, after a wait. */
    public boolean startsAfterWait() {
        return launched ? afterWait : waited;
    }

    /** What is released to the start of dependents, or null for nothing. */
    public VectorClock released() {
        return released;
    }
}
