package dev.clipjet.engine;

import dev.clipjet.graph.TowerGraph;
import dev.clipjet.graph.Value;

/**
 * Runs graphs on one device. Not thread-safe: one run at a time, which the owner sees to. What depends on the device is here; batches,
 * locks and failures are {@link TowerEngine}'s.
 */
public interface Executor extends AutoCloseable {
    /** Whether images should come as bytes that the graph normalizes, rather than normalized by the processor. */
    boolean wantsBytes();

    /** How much of a tower goes into one run. */
    RunLimits limits(TowerGraph tower);

    /**
     * The tower for runs of so many items and tokens, prepared now unless it was before.
     *
     * @param items images or texts, at least 1
     * @param tokens tokens of all texts, at least 1; of no meaning for images
     */
    PreparedTower prepare(TowerGraph tower, int items, int tokens);

    /** Runs a tower on what its input holds; the result can be read until the next run. */
    void run(PreparedTower tower);

    /** Runs a tower and reports what {@link PreparedTower#observable} lists; values can be read until the next run. */
    void run(PreparedTower tower, Observer observer);

    /** Copies a value of the current run, dense [rows, columns]. */
    float[] read(Value value);

    /** Whether the device still works after a call failed. May wait for what is in progress. */
    boolean isUsableAfter(RuntimeException failure);

    /**
     * What callers are told when the device does not work any more.
     *
     * @param cause why
     * @param detail what else they should know
     */
    RuntimeException unusable(RuntimeException cause, String detail);

    @Override
    void close();
}
