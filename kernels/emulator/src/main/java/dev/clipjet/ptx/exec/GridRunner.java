package dev.clipjet.ptx.exec;

import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.memory.GlobalMemory;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs the blocks of a grid: spread over threads, or, where blocks may wait for each other, together on one. */
public final class GridRunner {
    /** Rounds without any effect after which polling threads count as stuck. */
    private static final int STUCK_ROUNDS = 20_000;
    /** Rounds without any effect after which another block is brought in. */
    private static final int IDLE_ROUNDS = 4;

    private static final String IN_CIRCLES =
            "go round in circles: registers and memory are again what they were, so they wait for ever";

    private final KernelCode code;
    private final LaunchShape shape;
    private final byte[] parameters;
    private final GlobalMemory memory;
    private final ExecutionOptions options;
    private final int multiprocessors;
    private Launch launch;
    private final int residentLimit;
    private final EarlierGrids earlier;
    private final long workspace;
    /** Blocks, or clusters, in the order in which they begin. */
    private final int[] order;

    /**
     * A launch.
     *
     * @param code the kernel
     * @param shape grid, block, shared memory
     * @param parameters bytes of the parameter space
     * @param memory global memory
     * @param options how to run
     * @param multiprocessors SMs of the device
     * @param residentLimit blocks that the device holds at a time
     * @param workspace address of the memory in which the blocks of a cooperative grid meet, or 0
     * @param earlier grids that it may overlap
     */
    public GridRunner(
            KernelCode code,
            LaunchShape shape,
            byte[] parameters,
            GlobalMemory memory,
            ExecutionOptions options,
            int multiprocessors,
            int residentLimit,
            long workspace,
            EarlierGrids earlier) {
        this.code = code;
        this.shape = shape;
        this.parameters = parameters;
        this.memory = memory;
        this.options = options;
        this.multiprocessors = multiprocessors;
        this.residentLimit = residentLimit;
        this.earlier = earlier;
        this.workspace = workspace;
        order = new int[Math.toIntExact(shape.grid().count())];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        if (options.seed() != 0) {
            Random random = new Random(options.seed());
            for (int i = order.length / (int) shape.cluster().count() - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int swapped = order[i];
                order[i] = order[j];
                order[j] = swapped;
            }
        }
    }

    /**
     * Runs the grid to its end, or to a fatal error. A kernel that reads global memory before it writes it is undone and run a
     * second time, now with a record of those reads.
     */
    public LaunchResult run() {
        int workers = Math.max(1, Math.min(options.workers(), order.length));
        LaunchResult result = runOnce(workers);
        if (!options.checks()) {
            return result;
        }
        if (result.completed() && memory.undoIncomplete(code)) {
            result = runOnce(workers);
        }
        boolean tooMany = result.warpInstructions() > options.maxWarpInstructions();
        if (workers > 1 && (tooMany || !result.findings().isEmpty())) {
            // Which of two errors comes first depends on the host's threads; on one, reports do not. And each thread
            // counts its
            // own instructions.
            memory.undo();
            result = runOnce(1);
        }
        return result;
    }

    /** After {@link #run}: the stream's next grid may overlap this one. */
    public void addTo(GridHistory history) {
        history.ran(launch, earlier);
    }

    private LaunchResult runOnce(int workers) {
        launch = new Launch(code, shape, parameters, memory, options, multiprocessors, workspace, earlier);
        boolean keepReads = options.checks() && code.launchesDependents();
        memory.beginLaunch(code.globalGranule(), code, keepReads, earlier.accesses());
        List<Progress> progress = new ArrayList<>();
        KernelFault fault = null;
        boolean together = launch.code().communicates()
                || launch.shape().cooperative()
                || launch.shape().cluster().count() > 1;
        try {
            if (together) {
                Progress own = new Progress(launch.code(), launch.options());
                progress.add(own);
                runTogether(own);
            } else if (workers == 1) {
                Progress own = new Progress(launch.code(), launch.options());
                progress.add(own);
                runApart(own, new AtomicInteger());
            } else {
                spread(workers, progress);
            }
        } catch (KernelFault found) {
            fault = found;
        }
        return LaunchResult.of(launch, progress, fault);
    }

    private void spread(int workers, List<Progress> progress) {
        ExecutorService pool = Executors.newFixedThreadPool(workers);
        try {
            AtomicInteger next = new AtomicInteger();
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                Progress own = new Progress(launch.code(), launch.options());
                progress.add(own);
                Callable<Void> task = () -> {
                    runApart(own, next);
                    return null;
                };
                running.add(pool.submit(task));
            }
            KernelFault fault = null;
            for (Future<?> task : running) {
                try {
                    task.get();
                } catch (ExecutionException failed) {
                    if (failed.getCause() instanceof KernelFault found) {
                        fault = found;
                    } else {
                        throw new IllegalStateException("the emulator failed", failed.getCause());
                    }
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted while a kernel ran", interrupted);
                }
            }
            if (fault != null) {
                throw fault;
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private void runApart(Progress progress, AtomicInteger next) {
        Block block = new Block(launch, progress);
        try {
            for (int i = next.getAndIncrement(); i < order.length; i = next.getAndIncrement()) {
                block.begin(order[i]);
                Idleness idleness = new Idleness(progress);
                Circles circles = new Circles(progress);
                while (!block.finished()) {
                    if (!block.pass() && !block.finished()) {
                        block.deadlock("no thread of the block can make progress");
                    }
                    int idle = idleness.rounds();
                    if (idle > STUCK_ROUNDS) {
                        block.deadlock("the threads of the block only poll memory that nobody changes");
                    }
                    if (!block.finished() && circles.closed(idle, () -> block.fingerprint(0))) {
                        block.deadlock("the threads of the block " + IN_CIRCLES);
                    }
                    block.schedule().calm(circles.calm());
                }
            }
        } catch (KernelFault fault) {
            next.set(order.length);
            throw fault;
        }
    }

    /** Runs blocks that may wait for each other: as many at a time as they need, at most as many as the device holds. */
    private void runTogether(Progress progress) {
        List<Cluster> active = new ArrayList<>();
        List<Cluster> spare = new ArrayList<>();
        int size = (int) launch.shape().cluster().count();
        int total = order.length / size;
        int limit = Math.max(1, residentLimit / size);
        int next = 0;
        int atOnce = launch.shape().cooperative() ? total : 1;
        Idleness idleness = new Idleness(progress);
        Circles circles = new Circles(progress);
        while (next < total || !active.isEmpty()) {
            while (next < total && active.size() < Math.min(atOnce, limit)) {
                Cluster cluster = spare.isEmpty() ? new Cluster(launch, progress) : spare.remove(spare.size() - 1);
                cluster.begin(order[next++]);
                active.add(cluster);
            }
            boolean moved = false;
            Iterator<Cluster> clusters = active.iterator();
            while (clusters.hasNext()) {
                Cluster cluster = clusters.next();
                moved |= cluster.pass();
                if (cluster.finished()) {
                    clusters.remove();
                    spare.add(cluster);
                    moved = true;
                }
            }
            int idle = idleness.rounds();
            boolean room = next < total && active.size() < limit;
            boolean inCircles = !active.isEmpty() && circles.closed(idle, () -> fingerprint(active));
            active.forEach(cluster -> cluster.calm(circles.calm()));
            if (room && (!moved || idle > IDLE_ROUNDS || inCircles)) {
                atOnce = active.size() + 1;
            } else if (!moved && !active.isEmpty()) {
                active.get(0)
                        .deadlock("no thread of the " + active.size() * size + " resident blocks can make progress");
            } else if (idle > STUCK_ROUNDS) {
                active.get(0)
                        .deadlock("the threads of the " + active.size() * size
                                + " resident blocks only poll memory that nobody changes");
            } else if (inCircles) {
                active.get(0).deadlock("the threads of the " + active.size() * size + " resident blocks " + IN_CIRCLES);
            }
        }
    }

    private static long fingerprint(List<Cluster> active) {
        long mixed = active.size();
        for (Cluster cluster : active) {
            mixed = cluster.fingerprint(mixed);
        }
        return mixed;
    }

    /** Counts rounds in which threads polled and nothing changed. */
    private static final class Idleness {
        private final Progress progress;
        private long effects;
        private long polls;
        private int rounds;

        Idleness(Progress progress) {
            this.progress = progress;
            effects = progress.effects();
            polls = progress.polls();
        }

        int rounds() {
            if (progress.effects() != effects) {
                rounds = 0;
            } else if (progress.polls() != polls) {
                rounds++;
            }
            effects = progress.effects();
            polls = progress.polls();
            return rounds;
        }
    }
}
