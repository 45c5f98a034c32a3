package dev.clipjet.device;

/** A point in a stream. */
public interface GpuEvent extends AutoCloseable {
    /** Whether the work before it is done; true for an event never recorded. */
    boolean isDone();

    /** Waits until the work before it is done. */
    void synchronize();

    /** Time from another event to this, both timed, recorded and done, in milliseconds. */
    float millisecondsSince(GpuEvent earlier);

    @Override
    void close();
}
