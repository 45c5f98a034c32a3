package dev.clipjet.kernels.cpu;

import dev.clipjet.error.ClosedException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that share the tasks of one operation at a time. The calling thread works too, so a pool of size one has no
 * thread of its own. Running allocates nothing. One caller at a time: the executor that owns the pool sees to that.
 */
public final class WorkerPool implements AutoCloseable {
    /** Work of one operation, split into tasks of about equal size. */
    @FunctionalInterface
    public interface Task {
        /**
         * @param worker index of the thread that runs it, 0 (the caller) to {@link #size()} - 1; for scratch memory
         * @param task index of the task
         */
        void run(int worker, int task);
    }

    /** Long enough to bridge the gap between two operations, short enough not to burn a core while idle. */
    private static final int SPINS_BEFORE_PARKING = 4_000;

    private final Thread[] threads;
    private final AtomicInteger nextTask = new AtomicInteger();
    private final AtomicInteger busyThreads = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile int round;
    private volatile boolean closed;
    private Task task;
    private int tasks;

    /** @param size number of threads, the caller's included; at least 1 */
    public WorkerPool(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("a worker pool needs at least one thread, not " + size);
        }
        threads = new Thread[size - 1];
        for (int i = 0; i < threads.length; i++) {
            int worker = i + 1;
            threads[i] = new Thread(() -> serve(worker), "clipjet-cpu-" + worker);
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    /** Threads that take part, the caller's included. */
    public int size() {
        return threads.length + 1;
    }

    /** Runs {@code body} for every task from 0 to {@code count - 1} and returns when all are done. */
    public void run(int count, Task body) {
        if (closed) {
            throw new ClosedException("the worker pool");
        }
        if (count == 1 || threads.length == 0) {
            for (int i = 0; i < count; i++) {
                body.run(0, i);
            }
            return;
        }
        task = body;
        tasks = count;
        nextTask.set(0);
        busyThreads.set(threads.length);
        round++; // publishes the fields above; only the caller writes it
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
        drain(0);
        for (int spins = 0; busyThreads.get() != 0; spins++) {
            if (spins < SPINS_BEFORE_PARKING) {
                Thread.onSpinWait();
            } else {
                Thread.yield(); // more threads than cores: let the one that is waited for run
            }
        }
        task = null;
        Throwable thrown = failure.getAndSet(null);
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
    }

    private void drain(int worker) {
        try {
            for (int i = nextTask.getAndIncrement(); i < tasks; i = nextTask.getAndIncrement()) {
                task.run(worker, i);
            }
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        }
    }

    private void serve(int worker) {
        int served = 0;
        while (true) {
            int spins = 0;
            while (round == served && !closed) {
                if (++spins < SPINS_BEFORE_PARKING) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            if (closed) {
                return;
            }
            served = round;
            drain(worker);
            busyThreads.decrementAndGet();
        }
    }

    /** Ends the threads. Idempotent. */
    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
    }
}
