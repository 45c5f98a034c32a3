package dev.clipjet.ptx.exec;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.memory.GlobalMemory;
import dev.clipjet.ptx.report.Place;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** One launch of a kernel: what all its blocks share. */
public final class Launch {
    private final KernelCode code;
    private final LaunchShape shape;
    private final byte[] parameters;
    private final GlobalMemory memory;
    private final ExecutionOptions options;
    private final int multiprocessors;
    private final long workspace;
    private final FindingLog findings;
    private final Printed printed = new Printed();
    private final SyncLocations syncLocations;
    private final EarlierGrids earlier;
    private final GridDependencies dependencies = new GridDependencies();
    private final Map<Integer, int[]> intLiterals = new HashMap<>();
    private final Map<Integer, long[]> longLiterals = new HashMap<>();

    Launch(
            KernelCode code,
            LaunchShape shape,
            byte[] parameters,
            GlobalMemory memory,
            ExecutionOptions options,
            int multiprocessors,
            long workspace,
            EarlierGrids earlier) {
        this.code = code;
        this.shape = shape;
        this.parameters = parameters;
        this.memory = memory;
        this.options = options;
        this.multiprocessors = multiprocessors;
        this.earlier = earlier;
        this.workspace = workspace;
        findings = new FindingLog(code);
        syncLocations = new SyncLocations((int) (shape.block().count() + 31) / 32);
        code.intLiterals().forEach((plane, value) -> {
            int[] filled = new int[32];
            Arrays.fill(filled, value);
            intLiterals.put(plane, filled);
        });
        code.longLiterals().forEach((plane, value) -> {
            long[] filled = new long[32];
            Arrays.fill(filled, value);
            longLiterals.put(plane, filled);
        });
    }

    /** The kernel. */
    public KernelCode code() {
        return code;
    }

    /** Grid, block, shared memory. */
    public LaunchShape shape() {
        return shape;
    }

    /** The entry's parameter space. */
    public byte[] parameters() {
        return parameters;
    }

    /** Global memory. */
    public GlobalMemory memory() {
        return memory;
    }

    /** How to run. */
    public ExecutionOptions options() {
        return options;
    }

    /** Shared memory of a block in bytes, static and dynamic. */
    public int sharedBytes() {
        return shape.dynamicSharedBytes() == 0
                ? code.staticSharedBytes()
                : code.dynamicSharedOffset() + shape.dynamicSharedBytes();
    }

    int multiprocessors() {
        return multiprocessors;
    }

    /** Address of the memory in which the blocks of a cooperative grid meet, or 0. */
    long workspace() {
        return workspace;
    }

    /** Places in global memory that threads synchronize through. */
    SyncLocations syncLocations() {
        return syncLocations;
    }

    /** The grids that this one may overlap. */
    EarlierGrids earlier() {
        return earlier;
    }

    /** What the blocks that have ended did about dependent grids. */
    GridDependencies dependencies() {
        return dependencies;
    }

    /** Whether two blocks are in one cluster. */
    public boolean sameCluster(int a, int b) {
        return a == b || shape.cluster().count() > 1 && cluster(a) == cluster(b);
    }

    /** Linear index of a block's cluster. */
    int cluster(int block) {
        Dim3 grid = shape.grid();
        Dim3 cluster = shape.cluster();
        int x = block % grid.x() / cluster.x();
        int y = block / grid.x() % grid.y() / cluster.y();
        int z = block / (grid.x() * grid.y()) / cluster.z();
        return x + grid.x() / cluster.x() * (y + grid.y() / cluster.y() * z);
    }

    /** What its threads print. */
    public Printed printed() {
        return printed;
    }

    FindingLog findings() {
        return findings;
    }

    /** Planes of literals, shared by all warps. */
    Map<Integer, int[]> intLiterals() {
        return intLiterals;
    }

    /** Planes of 64-bit literals. */
    Map<Integer, long[]> longLiterals() {
        return longLiterals;
    }

    /** The place of an instruction for a thread. */
    public Place place(int pc, int block, int thread) {
        return place(code, shape, pc, block, thread);
    }

    /** The place of an instruction for a thread of any launch. */
    static Place place(KernelCode code, LaunchShape shape, int pc, int block, int thread) {
        Dim3 grid = shape.grid();
        Step step = code.steps()[pc];
        return new Place(
                step.line(),
                code.sources()[pc],
                step.text(),
                block % grid.x(),
                block / grid.x() % grid.y(),
                block / (grid.x() * grid.y()),
                thread,
                shape.block());
    }
}
