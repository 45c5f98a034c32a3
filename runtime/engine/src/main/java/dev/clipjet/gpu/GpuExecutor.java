package dev.clipjet.gpu;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuEvent;
import dev.clipjet.device.GpuGraph;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.MatrixLibraryProvider;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.TowerGraphs;
import dev.clipjet.graph.Value;
import dev.clipjet.kernels.gpu.KernelLibrary;
import dev.clipjet.kernels.gpu.Matrix;
import dev.clipjet.kernels.gpu.StorageType;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.Transformers;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.FloatConversion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the towers of a model on a GPU. A tower is prepared once for each bucket of sizes: lowered to launches over static memory
 * and captured as one graph. A run is one launch of that graph, and then polling until it is done; it allocates nothing on the heap. Not
 * thread-safe: one run at a time, which the owner sees to.
 */
public final class GpuExecutor implements AutoCloseable {
    /** Told after every launch; may read the operation's output, and may end the run. */
    @FunctionalInterface
    public interface Observer {
        /** Return false to stop after this operation. */
        boolean after(Op op);
    }

    private static final Logger LOG = LoggerFactory.getLogger(GpuExecutor.class);

    private final GpuDevice device;
    private final Checkpoint checkpoint;
    private final StorageType type;
    private final Closing owned = new Closing();
    private final GpuStream stream;
    private final GpuEvent done;
    private final GpuWeights weights;
    private final Lowering lowering;
    private final StaticMemory memory;
    private final PreparedTower[] prepared = new PreparedTower[Tower.values().length * Buckets.COUNT * Buckets.COUNT];
    private PreparedTower current;

    /**
     * An executor.
     *
     * @param checkpoint the weights; must stay open while this executor is used
     * @param device owned by the caller, who closes this executor first
     * @param type storage of weights and activations
     * @param pixels how bytes become the image tower's input; needed for images as bytes
     */
    public GpuExecutor(Checkpoint checkpoint, GpuDevice device, StorageType type, Optional<PixelScale> pixels) {
        this.device = device;
        this.checkpoint = checkpoint;
        this.type = type;
        try {
            KernelLibrary library = owned.add(new KernelLibrary(device));
            stream = owned.add(device.createStream());
            done = owned.add(device.createEvent(false));
            LinearChoice linear = new LinearChoice(device, stream, type, linearMethods(library));
            weights = owned.add(new GpuWeights(checkpoint, device, stream, type, linear, pixels));
            lowering = new Lowering(library, type, linear, weights);
            memory = owned.add(new StaticMemory(device, stream));
        } catch (RuntimeException | Error e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    /** Our kernels, and whatever library of matrix products works on the device; what is missing is logged. */
    private List<LinearMethod> linearMethods(KernelLibrary library) {
        List<LinearMethod> methods = new ArrayList<>();
        methods.add(new KernelLinear(library, type));
        if (!LinearChoice.wantsLibraries()) {
            return methods;
        }
        for (MatrixLibraryProvider provider : ServiceLoader.load(MatrixLibraryProvider.class)) {
            MatrixLibraryProvider.Search search = provider.open(device);
            search.report().forEach(LOG::info);
            search.library()
                    .ifPresent(
                            found -> methods.add(owned.add(new LibraryLinear(found, device, stream, library, type))));
        }
        return methods;
    }

    /**
     * The tower for runs of so many sequences and tokens, prepared now unless it was before.
     *
     * @param sequences images or texts, at least 1
     * @param tokens tokens of all texts, at least 1; of no meaning for images
     */
    public PreparedTower prepare(Tower tower, int sequences, int tokens) {
        int column = tower.isImage() ? 0 : Buckets.index(tokens);
        int at = (tower.ordinal() * Buckets.COUNT + Buckets.index(sequences)) * Buckets.COUNT + column;
        if (prepared[at] == null) {
            prepared[at] = build(tower, Buckets.holding(sequences), Buckets.size(column));
        }
        return prepared[at];
    }

    private PreparedTower build(Tower tower, int sequences, int tokens) {
        Graph graph;
        TowerInput input;
        int longest;
        if (tower.isImage()) {
            VisionTransformer vision =
                    Transformers.image(checkpoint.spec().vision().orElseThrow(), "the engines");
            graph = TowerGraphs.image(vision, sequences);
            input = TowerInput.images(tower, sequences, vision.tokens(), vision.imageSize());
            longest = vision.tokens();
        } else {
            TextTransformer text = Transformers.text(checkpoint.spec().text().orElseThrow());
            graph = tower == Tower.TEXT
                    ? TowerGraphs.text(text, sequences, tokens)
                    : TowerGraphs.textAllPositions(text, sequences, tokens);
            input = TowerInput.texts(tower, sequences, tokens);
            longest = Math.min(text.contextLength(), tokens);
        }
        DeviceLayout layout = new DeviceLayout(graph, type);
        weights.upload(graph, tower, layout);
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
        Closing parts = new Closing();
        try {
            LaunchPlan plan = lowering.lower(
                    graph, tower, layout, memory.arena(), input, inputAddress, longest, bytes -> zeroed(parts, bytes));
            GpuGraph captured =
                    parts.add(capture(plan, in, inputAddress, out, layout.matrix(graph.result(), memory.arena())));
            return new PreparedTower(
                    graph, layout, plan, input, memory.arena(), new PreparedTower.Stored(type, out), captured, parts);
        } catch (RuntimeException | Error e) {
            parts.closeAfter(e);
            throw e;
        }
    }

    private long zeroed(Closing parts, long bytes) {
        long address = parts.add(device.allocate(bytes)).address();
        stream.fill(address, (byte) 0, bytes);
        return address;
    }

    private GpuGraph capture(LaunchPlan plan, ByteBuffer in, long inputAddress, ByteBuffer out, Matrix result) {
        stream.beginCapture();
        try {
            stream.copyToDevice(inputAddress, in.duplicate());
            plan.record(stream);
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

    /** Runs a tower on what its input holds: one launch of its graph. */
    public void run(PreparedTower tower) {
        current = tower;
        stream.launch(tower.captured());
        stream.record(done);
        while (!done.isDone()) {
            Thread.onSpinWait();
        }
    }

    /** Runs a tower launch by launch, and reports every operation; the result stays on the device. */
    public void run(PreparedTower tower, Observer observer) {
        current = tower;
        stream.copyToDevice(tower.plan().inputAddress(), tower.input().block());
        for (LaunchPlan.Step step : tower.plan().steps()) {
            step.launch().record(stream);
            stream.synchronize();
            if (!observer.after(step.op())) {
                return;
            }
        }
    }

    /** Copies a value of the current run, dense [rows, columns]. */
    public float[] read(Value value) {
        Matrix matrix = current.matrix(value);
        int rows = current.rows(value);
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.multiplyExact(rows, matrix.stride() * type.bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        stream.copyToHost(bytes.duplicate(), matrix.address());
        stream.synchronize();
        PreparedTower.Stored stored = new PreparedTower.Stored(type, bytes);
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
                }
            }
        }
        stream.copyToDevice(matrix.address(), bytes);
        stream.synchronize();
    }

    /** Whether the device still works after a call to it failed. Waits for what is in progress. */
    boolean isUsableAfter(DeviceException failure) {
        try {
            device.synchronize();
            return true;
        } catch (DeviceException broken) {
            failure.addSuppressed(broken);
            return false;
        }
    }

    private void dropPrepared() {
        Closing all = new Closing();
        for (int i = 0; i < prepared.length; i++) {
            if (prepared[i] != null) {
                all.add(prepared[i]);
                prepared[i] = null;
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
