package dev.clipjet.ptx.emulator;

import dev.clipjet.ptx.exec.GridHistory;

/** Work of a stream, which runs now or, recorded in a graph, later. */
interface StreamWork {
    /** Runs it behind what a history says. */
    void run(GridHistory history);

    /** The same work, which begins when everything before it is over. */
    static StreamWork settled(StreamWork work) {
        return history -> {
            history.settle();
            work.run(history);
        };
    }
}
