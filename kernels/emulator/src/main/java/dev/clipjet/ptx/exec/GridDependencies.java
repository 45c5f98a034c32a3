package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.race.Triggers;
import dev.clipjet.ptx.race.VectorClock;

/** The {@code griddepcontrol} instructions of all blocks of a grid that have ended, and what follows from them for later grids. */
final class GridDependencies {
    private boolean waited;
    private boolean launched;
    private boolean startsAfterWait;
    private VectorClock released;

    /** A block has ended. */
    synchronized void ended(Triggers triggers) {
        waited |= triggers.waited();
        launched |= triggers.launched();
        startsAfterWait |= triggers.startsAfterWait();
        // Dependents need every block's signal, so they start after what any single one releases.
        if (triggers.released() != null) {
            if (released == null) {
                released = triggers.released();
            } else {
                released.join(triggers.released());
            }
        }
    }

    /** Whether a thread waited: then the grid does not end before its prerequisites. */
    boolean waited() {
        return waited;
    }

    /** Whether a block launched dependents before it ended. */
    boolean launched() {
        return launched;
    }

    /** Whether dependents do not start before the grid's own prerequisites are over. */
    boolean startsAfterWait() {
        return startsAfterWait;
    }

    /** What is over before dependents start, or null. */
    VectorClock released() {
        return released;
    }
}
