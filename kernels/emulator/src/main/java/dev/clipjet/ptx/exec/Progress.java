package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.profile.MemoryCounters;
import dev.clipjet.ptx.report.FindingKind;

/** What one thread that runs blocks has executed so far. */
public final class Progress {
    private final long[] executions;
    private final long[] activeLanes;
    private final MemoryCounters memory;
    private final long limit;
    private long total;
    private long effects;
    private long changes;
    private boolean watching;
    private long polls;

    Progress(KernelCode code, ExecutionOptions options) {
        executions = new long[code.steps().length];
        activeLanes = new long[code.steps().length];
        memory = new MemoryCounters(code.steps().length, options.fastPaths());
        limit = options.maxWarpInstructions();
    }

    void executed(int pc, int lanes) {
        executions[pc]++;
        activeLanes[pc] += Integer.bitCount(lanes);
        total++;
    }

    /** Called now and then, at loops. */
    void check(Warp warp, Step step) {
        if (total > limit) {
            warp.report(
                    FindingKind.INSTRUCTION_LIMIT,
                    step,
                    warp.groups().firstLane(),
                    "more than " + limit + " warp instructions were executed",
                    null);
        }
    }

    /** Notes that something changed which others may wait for. */
    public void effect() {
        effects++;
        changes++;
    }

    /** Notes that something went on that changed nothing but the state of the block itself. */
    public void activity() {
        effects++;
    }

    /** Notes a change that is none of memory: what a clock shows, what is printed. */
    public void change() {
        changes++;
    }

    /** Whether stores say if they changed anything. */
    public boolean watching() {
        return watching;
    }

    void watch(boolean on) {
        watching = on;
    }

    long changes() {
        return changes;
    }

    /** Notes a look at memory that others may change: a loop of such looks makes no progress by itself. */
    public void poll() {
        polls++;
    }

    /** Counts of memory accesses. */
    MemoryCounters memory() {
        return memory;
    }

    long effects() {
        return effects;
    }

    long polls() {
        return polls;
    }

    long total() {
        return total;
    }

    long[] executions() {
        return executions;
    }

    long[] activeLanes() {
        return activeLanes;
    }
}
