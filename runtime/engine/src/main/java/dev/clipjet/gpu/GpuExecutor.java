package dev.clipjet.gpu;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.GemmLibraryProvider;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuEvent;
import dev.clipjet.device.GpuGraph;
import dev.clipjet.device.GpuStream;
import dev.clipjet.engine.Executor;
import dev.clipjet.engine.Observer;
import dev.clipjet.engine.PreparedTower;
import dev.clipjet.engine.RunLimits;
import dev.clipjet.graph.Axis;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.GraphInput;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.graph.Value;
import dev.clipjet.kernels.gpu.KernelLibrary;
import dev.clipjet.kernels.gpu.Matrix;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.CanonicalTensors;
import dev.clipjet.weights.FloatConversion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the towers of a model on a GPU. A tower is prepared once for each bucket of sizes: lowered to a plan, bound to static memory and
 * captured as one graph. A run is one launch of that graph, and then polling until it is done; it allocates nothing on the heap. Not
 * thread-safe: one run at a time, which the owner sees to.
 */
public final class GpuExecutor implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(GpuExecutor.class);

    /** Rows of a run's sequences: enough to keep every multiprocessor busy, few enough that intermediate results stay small. */
    private static final int MAX_TOKENS = 16_384;

    private static final int MAX_ITEMS = 256;

    /** Intermediate results of a run of images. */
    private static final long MAX_ARENA_BYTES = 1L << 30;

    /** A plan's time is the least of several rounds, of so many runs each. */
    private static final int TIMED_ROUNDS = 3;

    private static final int TIMED_RUNS = 5;

    private final GpuDevice device;
    private final ElementType type;
    private final Closer owned = new Closer();
    private final GpuStream stream;
    private final GpuEvent done;
    private final GpuWeights weights;
    private final List<Lowering> lowerings;
    private final PlanChoice choice;
    private final StaticMemory memory;
    private final Map<TowerGraph, GpuTower[]> prepared = new HashMap<>();
    private final Map<TowerGraph, RunLimits> limits = new HashMap<>();
    private GpuTower current;

    /**
     * An executor.
     *
     * @param model the weights; must stay open while this executor is used
     * @param device owned by the caller, who closes this executor first
     * @param type storage of weights and activations
     */
    public GpuExecutor(CanonicalTensors model, GpuDevice device, ElementType type) {
        this(model, device, type, (library, linear) -> List.of(new OperationLowering(library, type, linear)));
    }

    /** What gives the ways to lower a graph, in order of preference where nothing is measured. */
    @FunctionalInterface
    interface Lowerings {
        List<Lowering> of(KernelLibrary library, LinearChoice linear);
    }

    GpuExecutor(CanonicalTensors model, GpuDevice device, ElementType type, Lowerings ways) {
        this.device = device;
        this.type = type;
        try {
            KernelLibrary library = owned.add(new KernelLibrary(device));
            stream = owned.add(device.createStream());
            done = owned.add(device.createEvent(false));
            LinearChoice linear = new LinearChoice(device, stream, type, linearMethods(library));
            weights = owned.add(new GpuWeights(model, device, stream));
            lowerings = List.copyOf(ways.of(library, linear));
            choice = new PlanChoice(device.properties().name(), type);
            memory = owned.add(new StaticMemory(device, stream));
        } catch (RuntimeException | Error e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    /** Our kernels, and whatever GEMM library works on the device; what is missing is logged. */
    private List<LinearMethod> linearMethods(KernelLibrary library) {
        List<LinearMethod> methods = new ArrayList<>();
        methods.add(new KernelLinear(library, type));
        if (!LinearChoice.wantsLibraries()) {
            return methods;
        }
        for (GemmLibraryProvider provider : ServiceLoader.load(GemmLibraryProvider.class)) {
            GemmLibraryProvider.Search search = provider.open(device);
            search.report().forEach(LOG::info);
            search.library()
                    .ifPresent(
                            found -> methods.add(owned.add(new LibraryLinear(found, device, stream, library, type))));
        }
        return methods;
    }

    @Override
    public boolean wantsBytes() {
        return true;
    }

    @Override
    public RunLimits limits(TowerGraph tower) {
        return limits.computeIfAbsent(tower, this::limitsOf);
    }

    private RunLimits limitsOf(TowerGraph tower) {
        if (tower.input() instanceof GraphInput.Texts) {
            return new RunLimits(MAX_ITEMS, MAX_TOKENS);
        }
        Graph one = tower.build(1);
        long byTokens = MAX_TOKENS / one.sequences().map(Axis::perItem).orElse(1);
        long byMemory = MAX_ARENA_BYTES
                / Math.max(1, layout(one, plans(one).get(0).plan()).bytes());
        return new RunLimits(Buckets.within((int) Math.max(1, Math.min(MAX_ITEMS, Math.min(byTokens, byMemory)))), 0);
    }

    @Override
    public GpuTower prepare(TowerGraph tower, int items, int tokens) {
        GpuTower[] buckets = prepared.get(tower);
        if (buckets == null) {
            buckets = new GpuTower[Buckets.COUNT * Buckets.COUNT];
            prepared.put(tower, buckets);
        }
        int column = tower.input() instanceof GraphInput.Texts ? Buckets.index(tokens) : 0;
        int at = Buckets.index(items) * Buckets.COUNT + column;
        if (buckets[at] == null) {
            buckets[at] = build(tower, Buckets.holding(items), Buckets.size(column));
        }
        return buckets[at];
    }

    /** A plan, and what made it. */
    private record Planned(String lowering, Plan plan) {}

    private List<Planned> plans(Graph graph) {
        List<Planned> plans = new ArrayList<>();
        for (Lowering lowering : lowerings) {
            lowering.lower(graph).ifPresent(plan -> plans.add(new Planned(lowering.name(), plan)));
        }
        return plans;
    }

    private DeviceLayout layout(Graph graph, Plan plan) {
        return new DeviceLayout(graph, plan.accesses(), type);
    }

    private GpuTower build(TowerGraph tower, int items, int tokens) {
        Graph graph = tower.build(items, tokens);
        List<Planned> plans = plans(graph);
        int chosen = choice.of(
                tower,
                graph.capacity(),
                plans.stream().map(Planned::lowering).toList(),
                index -> microseconds(graph, plans.get(index).plan()));
        GpuTower built = bind(graph, plans.get(chosen).plan());
        if (plans.size() > 1) {
            forgetWeights(built);
        }
        return built;
    }

    private GpuTower bind(Graph graph, Plan plan) {
        DeviceLayout layout = layout(graph, plan);
        weights.upload(plan.weights());
        GpuInput input = new GpuInput(graph);
        long resultBytes = layout.bytes(graph.result());
        long arenaBytes = layout.bytes() + input.bytes();
        if (!memory.holds(arenaBytes, input.bytes(), resultBytes)) {
            dropPrepared(); // their addresses are about to change
            memory.grow(arenaBytes, input.bytes(), resultBytes);
        }
        ByteBuffer in = memory.input(input.bytes());
        ByteBuffer out = memory.output(resultBytes);
        input.bind(in);
        long inputAddress = memory.arena() + layout.bytes();
        Closer parts = new Closer();
        try {
            long workspace = plan.workspaceBytes() == 0 ? 0 : zeroed(parts, plan.workspaceBytes());
            Binding binding = new Binding(weights, layout, memory.arena(), input, inputAddress, workspace);
            List<Plan.Launch> launches = plan.bind(binding);
            GpuGraph captured = parts.add(capture(launches, in, inputAddress, out, binding.matrix(graph.result())));
            return new GpuTower(graph, plan, launches, binding, new StoredValues(type, out), captured, parts);
        } catch (RuntimeException | Error e) {
            parts.closeAfter(e);
            throw e;
        }
    }

    /** Time of one run of a plan in a full run of its graph. */
    private double microseconds(Graph graph, Plan plan) {
        try (GpuTower tower = bind(graph, plan);
                Closer events = new Closer()) {
            GpuEvent start = events.add(device.createEvent(true));
            GpuEvent end = events.add(device.createEvent(true));
            tower.input().begin();
            tower.input().end();
            stream.launch(tower.captured()); // warms up
            double least = Double.POSITIVE_INFINITY;
            for (int round = 0; round < TIMED_ROUNDS; round++) {
                stream.record(start);
                for (int i = 0; i < TIMED_RUNS; i++) {
                    stream.launch(tower.captured());
                }
                stream.record(end);
                stream.synchronize();
                least = Math.min(least, end.millisecondsSince(start) * 1000 / TIMED_RUNS);
            }
            return least;
        }
    }

    /** Frees the weights that only plans which were not taken wanted. */
    private void forgetWeights(GpuTower built) {
        Set<DeviceWeight> used = new HashSet<>(built.plan().weights());
        for (GpuTower[] buckets : prepared.values()) {
            for (GpuTower tower : buckets) {
                if (tower != null) {
                    used.addAll(tower.plan().weights());
                }
            }
        }
        weights.keep(used);
    }

    private long zeroed(Closer parts, long bytes) {
        long address = parts.add(device.allocate(bytes)).address();
        stream.fill(address, (byte) 0, bytes);
        return address;
    }

    private GpuGraph capture(
            List<Plan.Launch> launches, ByteBuffer in, long inputAddress, ByteBuffer out, Matrix result) {
        stream.beginCapture();
        try {
            stream.copyToDevice(inputAddress, in.duplicate());
            launches.forEach(launch -> launch.record(stream));
            stream.copyToHost(out.duplicate(), result.address());
            return stream.endCapture();
        } catch (RuntimeException | Error e) {
            try {
                // Else the stream would go on recording.
                stream.endCapture().close();
            } catch (RuntimeException broken) {
                e.addSuppressed(broken);
            }
            throw e;
        }
    }

    @Override
    public void run(PreparedTower tower) {
        current = (GpuTower) tower;
        stream.launch(current.captured());
        stream.record(done);
        while (!done.isDone()) {
            Thread.onSpinWait();
        }
    }

    /** {@inheritDoc} Launch by launch; the result stays on the device. */
    @Override
    public void run(PreparedTower tower, Observer observer) {
        current = (GpuTower) tower;
        current.copyInput(stream);
        List<Op> observable = current.observable();
        for (int i = 0; i < observable.size(); i++) {
            current.launch(i, stream);
            stream.synchronize();
            if (!observer.after(observable.get(i))) {
                return;
            }
        }
    }

    @Override
    public float[] read(Value value) {
        Matrix matrix = current.matrix(value);
        int rows = current.rows(value);
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.multiplyExact(rows, matrix.stride() * type.bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        stream.copyToHost(bytes.duplicate(), matrix.address());
        stream.synchronize();
        StoredValues stored = new StoredValues(type, bytes);
        float[] values = new float[rows * value.columns()];
        for (int row = 0; row < rows; row++) {
            stored.read(row * matrix.stride(), values, row * value.columns(), value.columns());
        }
        return values;
    }

    /** Replaces a value of the current run, dense [rows, columns], in the middle of a run; rounds to storage type. */
    public void write(Value value, float[] values) {
        Matrix matrix = current.matrix(value);
        int rows = current.rows(value);
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.multiplyExact(rows, matrix.stride() * type.bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < value.columns(); column++) {
                int at = (row * matrix.stride() + column) * type.bytes();
                float element = values[row * value.columns() + column];
                switch (type) {
                    case F32 -> bytes.putFloat(at, element);
                    case F16 -> bytes.putShort(at, FloatConversion.toHalf(element));
                    case BF16 -> bytes.putShort(at, FloatConversion.toBfloat16(element));
                    default -> throw type.unexpected();
                }
            }
        }
        stream.copyToDevice(matrix.address(), bytes);
        stream.synchronize();
    }

    @Override
    public boolean isUsableAfter(RuntimeException failure) {
        if (!(failure instanceof DeviceException)) {
            return true;
        }
        try {
            device.synchronize();
            return true;
        } catch (DeviceException broken) {
            failure.addSuppressed(broken);
            return false;
        }
    }

    @Override
    public RuntimeException unusable(RuntimeException cause, String detail) {
        if (!(cause instanceof DeviceException failed)) {
            throw new IllegalArgumentException("only a failure of the device makes it unusable", cause);
        }
        DeviceException failure = new DeviceException(failed.call(), failed.code(), failed.codeName(), detail);
        failure.initCause(failed);
        return failure;
    }

    private void dropPrepared() {
        Closer all = new Closer();
        for (GpuTower[] buckets : prepared.values()) {
            for (int i = 0; i < buckets.length; i++) {
                if (buckets[i] != null) {
                    all.add(buckets[i]);
                    buckets[i] = null;
                }
            }
        }
        current = null;
        all.close();
    }

    /** Frees everything on the device that belongs to this executor. */
    @Override
    public void close() {
        owned.add(this::dropPrepared);
        owned.close();
    }
}
