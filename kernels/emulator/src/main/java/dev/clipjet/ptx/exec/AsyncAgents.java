package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.race.Agents;
import java.util.Arrays;

/**
 * Those in whose name asynchronous operations of a block access memory: one for each mbarrier, for the bulk copies of each thread
 * and for the matrix operations of each warp. An agent has a clock; whoever knows of a clock value knows that the operations up
 * to it are over. If there are more than the clocks have room for, some share a number, which may hide a race but never invents
 * one.
 */
final class AsyncAgents {
    private static final int COUNT = Agents.ASYNC_WARPS * 32;

    private final int first;
    private final int[] clocks = new int[COUNT];
    private final int[] threads = new int[COUNT];
    private int used;

    AsyncAgents(int warps) {
        first = warps << 5;
    }

    void reset() {
        used = 0;
        Arrays.fill(clocks, 0);
    }

    /** The number of a new agent. */
    int add() {
        return first + used++ % COUNT;
    }

    /** Starts the next operation of an agent; the clock value at which it will be over. */
    int begin(int agent, int thread) {
        threads[agent - first] = thread;
        return ++clocks[agent - first];
    }

    /** Whether a number is an agent's. */
    boolean isAgent(int number) {
        return number >= first;
    }

    /** The thread that started an agent's latest operation. */
    int thread(int agent) {
        return threads[agent - first];
    }
}
