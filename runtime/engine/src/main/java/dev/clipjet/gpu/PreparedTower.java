package dev.clipjet.gpu;

import dev.clipjet.device.GpuGraph;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.Value;
import dev.clipjet.kernels.gpu.Matrix;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.FloatConversion;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** A tower for runs up to a capacity: its launches, its captured graph, and where input and result lie. */
public final class PreparedTower implements AutoCloseable {
    private final Graph graph;
    private final DeviceLayout layout;
    private final LaunchPlan plan;
    private final TowerInput input;
    private final long arena;
    private final Stored result;
    private final int columns;
    private final int stride;
    private final GpuGraph captured;
    private final Closing owned;

    /**
     * A tower that is ready.
     *
     * @param arena address of the arena
     * @param output where the result goes, in pinned memory
     * @param captured copies the input, launches, copies the result
     * @param owned what to close with this, the captured graph included
     */
    PreparedTower(
            Graph graph,
            DeviceLayout layout,
            LaunchPlan plan,
            TowerInput input,
            long arena,
            Stored output,
            GpuGraph captured,
            Closing owned) {
        this.graph = graph;
        this.layout = layout;
        this.plan = plan;
        this.input = input;
        this.arena = arena;
        this.captured = captured;
        this.owned = owned;
        result = output;
        columns = graph.result().columns();
        stride = matrix(graph.result()).stride();
    }

    /** What is computed. */
    public Graph graph() {
        return graph;
    }

    /** The launches one by one. */
    LaunchPlan plan() {
        return plan;
    }

    /** Where a run's input goes. */
    public TowerInput input() {
        return input;
    }

    /** What a run launches. */
    GpuGraph captured() {
        return captured;
    }

    /** A value on the device, all rows of the capacity. */
    Matrix matrix(Value value) {
        return layout.matrix(value, arena);
    }

    /** Rows that a value has in the current run. */
    int rows(Value value) {
        return switch (value.rows()) {
            case SEQUENCES -> input.filled();
            case TOKENS -> input.filledTokens();
            case PATCHES -> input.filledTokens() - input.filled();
        };
    }

    /** Width of the result. */
    public int columns() {
        return columns;
    }

    /** Copies a row of the latest result. Allocates nothing. */
    public void result(int row, float[] target, int offset) {
        result.read(row * stride, target, offset, columns);
    }

    /** Number of launches of a run, and of copies. */
    public int nodes() {
        return captured.nodes();
    }

    @Override
    public void close() {
        owned.close();
    }

    /** Values in storage type in native memory, read as float32. */
    static final class Stored {
        private final ElementType type;
        private final ShortBuffer shorts;
        private final FloatBuffer floats;

        Stored(ElementType type, ByteBuffer littleEndian) {
            this.type = type;
            shorts = littleEndian.asShortBuffer();
            floats = littleEndian.asFloatBuffer();
        }

        void read(int element, float[] target, int offset, int length) {
            switch (type) {
                case F32 -> floats.get(element, target, offset, length);
                case F16 -> {
                    for (int i = 0; i < length; i++) {
                        target[offset + i] = FloatConversion.fromHalf(shorts.get(element + i));
                    }
                }
                case BF16 -> {
                    for (int i = 0; i < length; i++) {
                        target[offset + i] = FloatConversion.fromBfloat16(shorts.get(element + i));
                    }
                }
                default -> throw type.unexpected();
            }
        }
    }
}
