package dev.clipjet.ptx.exec;

/**
 * How a copy that mbarriers track was completed. Several may track one copy, as an arrival covers all copies that its thread has in
 * flight; whichever of them it is that finds it done, it counts as done in the name of the first, and those who wait for any of them
 * learn of it.
 */
final class Completion {
    private final MBarrier first;
    private int agent;
    private int clock;

    Completion(MBarrier first) {
        this.first = first;
    }

    MBarrier first() {
        return first;
    }

    /** The copy is done, as whoever knows of an agent's clock knows. */
    void set(int ofAgent, int at) {
        agent = ofAgent;
        clock = at;
    }

    /** Lets the waiters of another mbarrier know. */
    void tell(MBarrier barrier) {
        if (clock > 0 && barrier != first) {
            barrier.learn(agent, clock);
        }
    }
}
