package dev.clipjet.ptx.emulator;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.DeviceProperties;
import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuEvent;
import dev.clipjet.device.GpuModule;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.device.PinnedMemory;
import dev.clipjet.ptx.exec.EarlierGrids;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.GridHistory;
import dev.clipjet.ptx.exec.GridRunner;
import dev.clipjet.ptx.exec.KernelCode;
import dev.clipjet.ptx.exec.LaunchResult;
import dev.clipjet.ptx.memory.Allocation;
import dev.clipjet.ptx.memory.GlobalMemory;
import dev.clipjet.ptx.profile.GpuModel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A GPU that exists only here. Kernels run on the CPU under checks; what these find is thrown by the launch as a {@link
 * KernelFindingsException}. Work runs when it is submitted. After an error that would end a kernel on hardware, every later call
 * fails, as on hardware.
 */
public final class EmulatedDevice implements GpuDevice {
    private static final int MAX_ALLOCATION = Integer.MAX_VALUE - 4096;
    private static final int WORKSPACE_BYTES = 64;

    private final DeviceProperties properties;
    private final GlobalMemory memory = new GlobalMemory();
    private final Set<AutoCloseable> live = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Consumer<LaunchResult> observer;
    private ExecutionOptions options;
    private DeviceException poison;
    /** The stream, or graph, of the last launch, of which memory still knows what it did; or null. */
    private GridHistory latest;

    private Allocation workspace;
    private boolean closed;

    /**
     * A device.
     *
     * @param properties what it pretends to be
     * @param options how kernels are run
     */
    public EmulatedDevice(DeviceProperties properties, ExecutionOptions options) {
        this(properties, options, result -> {});
    }

    /**
     * A device whose launches somebody watches.
     *
     * @param properties what it pretends to be
     * @param options how kernels are run
     * @param observer told of every launch, before findings are thrown
     */
    public EmulatedDevice(DeviceProperties properties, ExecutionOptions options, Consumer<LaunchResult> observer) {
        this.properties = properties;
        this.options = options;
        this.observer = observer;
    }

    /** An H200, as its data sheet says. */
    public static DeviceProperties h200() {
        return new DeviceProperties(
                "Emulated H200", 9, 0, 132, 227 << 10, 228 << 10, 65536, 1024, 2048, 32, 141L * 1000 * 1000 * 1000);
    }

    /** An A100 with 40 GB, as its data sheet says. */
    public static DeviceProperties a100() {
        return new DeviceProperties(
                "Emulated A100", 8, 0, 108, 163 << 10, 164 << 10, 65536, 1024, 2048, 32, 40L * 1000 * 1000 * 1000);
    }

    /** What a GPU of a model says of itself, as its data sheet does. */
    public static DeviceProperties of(GpuModel model) {
        DeviceProperties base = model.capability() == 90 ? h200() : a100();
        boolean small = model.capability() == 89;
        return new DeviceProperties(
                "Emulated " + model.name(),
                model.capability() / 10,
                model.capability() % 10,
                model.multiprocessors(),
                small ? 99 << 10 : base.sharedBytesPerBlock(),
                small ? 100 << 10 : base.sharedBytesPerMultiprocessor(),
                base.registersPerMultiprocessor(),
                base.maxThreadsPerBlock(),
                small ? 1536 : base.maxThreadsPerMultiprocessor(),
                small ? 24 : base.maxBlocksPerMultiprocessor(),
                base.totalMemory());
    }

    /** Changes how later launches are run. */
    public void options(ExecutionOptions value) {
        options = value;
    }

    /** How launches are run. */
    public ExecutionOptions options() {
        return options;
    }

    @Override
    public DeviceProperties properties() {
        return properties;
    }

    @Override
    public DeviceMemory allocate(long bytes) {
        return allocate(bytes, "allocation");
    }

    /**
     * Allocates memory that reports call by a name.
     *
     * @param bytes at least 1
     * @param name what it is
     */
    public DeviceMemory allocate(long bytes, String name) {
        ready();
        if (bytes < 1) {
            throw new DeviceException("allocate", 1, "CUDA_ERROR_INVALID_VALUE", bytes + " bytes");
        }
        if (bytes > MAX_ALLOCATION || memory.liveBytes() + bytes > properties.totalMemory()) {
            throw new DeviceException(
                    "allocate",
                    2,
                    "CUDA_ERROR_OUT_OF_MEMORY",
                    bytes + " bytes; one allocation of the emulator has at most " + MAX_ALLOCATION + ", all together "
                            + properties.totalMemory());
        }
        try {
            return own(new EmulatedMemory(this, memory.allocate((int) bytes, name, false)));
        } catch (OutOfMemoryError full) {
            throw new DeviceException(
                    "allocate", 2, "CUDA_ERROR_OUT_OF_MEMORY", bytes + " bytes; the Java heap is too small for them");
        }
    }

    @Override
    public PinnedMemory allocatePinned(long bytes) {
        ready();
        if (bytes < 1 || bytes > Integer.MAX_VALUE) {
            throw new DeviceException("allocate pinned", 1, "CUDA_ERROR_INVALID_VALUE", bytes + " bytes");
        }
        return own(new EmulatedPinnedMemory(this, (int) bytes));
    }

    @Override
    public GpuModule loadModule(String name, String ptx) {
        ready();
        ParsedModule module = ParsedModules.of(name, ptx);
        return own(new EmulatedModule(this, name, module));
    }

    @Override
    public GpuStream createStream() {
        ready();
        return own(new EmulatedStream(this));
    }

    @Override
    public GpuEvent createEvent(boolean timed) {
        ready();
        return own(new EmulatedEvent(this, timed));
    }

    @Override
    public void synchronize() {
        ready();
        synchronized (live) {
            for (AutoCloseable resource : live) {
                if (resource instanceof EmulatedStream stream) {
                    stream.settle();
                }
            }
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        List<AutoCloseable> leaked;
        synchronized (live) {
            leaked = new ArrayList<>(live);
            live.clear();
        }
        if (!leaked.isEmpty()) {
            throw new IllegalStateException("the device was closed with " + leaked.size() + " live resources: "
                    + leaked.stream()
                            .map(each -> each.getClass().getSimpleName())
                            .sorted()
                            .toList());
        }
    }

    GlobalMemory memory() {
        return memory;
    }

    <T extends AutoCloseable> T own(T resource) {
        synchronized (live) {
            live.add(resource);
        }
        return resource;
    }

    void released(AutoCloseable resource) {
        synchronized (live) {
            live.remove(resource);
        }
    }

    void ready() {
        if (closed) {
            throw new IllegalStateException("the device is closed");
        }
        if (poison != null) {
            throw new DeviceException(
                    "any call", poison.code(), poison.codeName(), "an earlier launch failed: " + poison.getMessage());
        }
    }

    byte[] checkedArguments(EmulatedFunction function, LaunchShape shape, KernelArguments arguments) {
        KernelCode code = function.code();
        if (arguments.count() != code.parameters().size()) {
            throw invalid(
                    code,
                    "it has " + code.parameters().size() + " parameters, the launch " + arguments.count()
                            + " arguments");
        }
        byte[] parameters = new byte[code.parameterBytes()];
        ByteBuffer given = arguments.buffer();
        for (int i = 0; i < arguments.count(); i++) {
            KernelCode.Parameter parameter = code.parameters().get(i);
            if (arguments.size(i) != parameter.bytes()) {
                throw invalid(
                        code,
                        "argument " + i + " has " + arguments.size(i) + " bytes, the parameter " + parameter.bytes());
            }
            given.get(arguments.offset(i), parameters, parameter.offset(), parameter.bytes());
        }
        checkShape(function, shape);
        return parameters;
    }

    private void checkShape(EmulatedFunction function, LaunchShape shape) {
        KernelCode code = function.code();
        Dim3 block = shape.block();
        long threads = block.count();
        if (threads > Math.min(properties.maxThreadsPerBlock(), code.maxThreads()) || block.z() > 64) {
            throw invalid(code, "a block of " + block + " threads; allowed are " + code.maxThreads());
        }
        int[] required = code.requiredBlock();
        if (required != null && (required[0] != block.x() || required[1] != block.y() || required[2] != block.z())) {
            throw invalid(
                    code,
                    "a block of " + block + " threads where .reqntid asks for " + required[0] + "x" + required[1] + "x"
                            + required[2]);
        }
        Dim3 grid = shape.grid();
        if (grid.y() > 65535 || grid.z() > 65535 || grid.count() >= 1 << 22) {
            throw invalid(code, "a grid of " + grid + " blocks; the emulator runs fewer than " + (1 << 22));
        }
        Dim3 cluster = shape.cluster();
        if (grid.x() % cluster.x() != 0 || grid.y() % cluster.y() != 0 || grid.z() % cluster.z() != 0) {
            throw invalid(code, "a grid of " + grid + " is not divisible into clusters of " + cluster);
        }
        int shared = shape.dynamicSharedBytes() == 0
                ? code.staticSharedBytes()
                : code.dynamicSharedOffset() + shape.dynamicSharedBytes();
        if (shared > function.allowedShared()) {
            throw invalid(
                    code,
                    shared + " bytes of shared memory; allowed are " + function.allowedShared()
                            + ", more by allowDynamicShared");
        }
        if (shape.programmatic() && properties.computeMajor() < 9) {
            throw new DeviceException(
                    "launch of " + code.name(),
                    801,
                    "CUDA_ERROR_NOT_SUPPORTED",
                    "programmatic launches need compute capability 9.0");
        }
        if (shape.cooperative()
                && grid.count()
                        > (long) residentBlocks(code, (int) threads, shape.dynamicSharedBytes())
                                * properties.multiprocessors()) {
            throw new DeviceException(
                    "launch of " + code.name(),
                    720,
                    "CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE",
                    "a grid of " + grid + " blocks does not fit the device at once");
        }
    }

    private static DeviceException invalid(KernelCode code, String detail) {
        return new DeviceException("launch of " + code.name(), 1, "CUDA_ERROR_INVALID_VALUE", detail);
    }

    /** Blocks that fit an SM by threads and shared memory; registers are not known here. */
    int residentBlocks(KernelCode code, int threads, int dynamicShared) {
        int shared = dynamicShared == 0 ? code.staticSharedBytes() : code.dynamicSharedOffset() + dynamicShared;
        int reserved = shared + 1024 + 127 & -128;
        int warps = (threads + 31) / 32;
        return Math.min(
                properties.maxBlocksPerMultiprocessor(),
                Math.min(
                        properties.maxThreadsPerMultiprocessor() / 32 / warps,
                        properties.sharedBytesPerMultiprocessor() / reserved));
    }

    void run(EmulatedFunction function, LaunchShape shape, byte[] parameters, GridHistory history) {
        ready();
        EarlierGrids earlier = overlapped(shape, history);
        KernelCode code = function.code();
        int resident = Math.max(1, residentBlocks(code, (int) shape.block().count(), shape.dynamicSharedBytes()))
                * properties.multiprocessors();
        GridRunner runner = new GridRunner(
                code,
                shape,
                parameters,
                memory,
                options,
                properties.multiprocessors(),
                resident,
                shape.cooperative() && code.usesWorkspace() ? clearedWorkspace() : 0,
                earlier);
        LaunchResult result = runner.run();
        if (options.checks()) {
            runner.addTo(history);
            latest = history;
        }
        observer.accept(result);
        if (!result.findings().isEmpty()) {
            KernelFindingsException failure =
                    new KernelFindingsException(code.name(), result.findings(), result.completed());
            if (!result.completed()) {
                poison = failure;
            }
            throw failure;
        }
    }

    /** The grids that a launch may overlap which begins now, as the next one of a stream or graph. */
    private EarlierGrids overlapped(LaunchShape shape, GridHistory history) {
        if (!shape.programmatic() || !options.checks()) {
            history.settle();
        }
        if (latest != null && latest != history) {
            latest.keep(memory);
        }
        latest = null;
        return shape.programmatic() && options.checks() ? history.next(memory) : EarlierGrids.NONE;
    }

    /** What the driver gives a cooperative grid to synchronize in: on a GPU a few words, of which all are zero. */
    private long clearedWorkspace() {
        if (workspace == null) {
            workspace = memory.allocate(WORKSPACE_BYTES, "workspace of the cooperative grid", false);
            workspace.written().set(0, WORKSPACE_BYTES);
        }
        Arrays.fill(workspace.bytes(), (byte) 0);
        return workspace.address();
    }

    void copyIn(long target, ByteBuffer source) {
        int count = source.remaining();
        Allocation allocation = range("copy to device", target, count);
        int offset = (int) (target - allocation.address());
        source.get(allocation.bytes(), offset, count);
        allocation.written().set(offset, count);
    }

    void copyOut(ByteBuffer target, long source) {
        int count = target.remaining();
        Allocation allocation = range("copy to host", source, count);
        target.put(allocation.bytes(), (int) (source - allocation.address()), count);
    }

    void copyWithin(long target, long source, long bytes) {
        Allocation from = range("copy on device", source, bytes);
        Allocation to = range("copy on device", target, bytes);
        int sourceOffset = (int) (source - from.address());
        int targetOffset = (int) (target - to.address());
        System.arraycopy(from.bytes(), sourceOffset, to.bytes(), targetOffset, (int) bytes);
        to.written().copy(from.written(), sourceOffset, targetOffset, (int) bytes);
    }

    void fill(long target, byte value, long bytes) {
        Allocation allocation = range("fill", target, bytes);
        int offset = (int) (target - allocation.address());
        Arrays.fill(allocation.bytes(), offset, offset + (int) bytes, value);
        allocation.written().set(offset, (int) bytes);
    }

    /**
     * Which bytes of allocated memory somebody wrote, a kernel or a copy.
     *
     * @param address where the range begins
     * @param bytes its length
     * @return bit i stands for the byte at {@code address + i}
     */
    public BitSet written(long address, int bytes) {
        Allocation allocation = range("look at what is written", address, bytes);
        int offset = (int) (address - allocation.address());
        BitSet bits = new BitSet(bytes);
        if (allocation.written().all(offset, bytes)) {
            bits.set(0, bytes);
            return bits;
        }
        for (int i = 0; i < bytes; i++) {
            bits.set(i, allocation.written().all(offset + i, 1));
        }
        return bits;
    }

    private Allocation range(String call, long address, long bytes) {
        Allocation allocation = memory.at(address);
        long offset = GlobalMemory.offset(address);
        if (allocation == null || offset < 0 || bytes < 0 || offset + bytes > allocation.bytes().length) {
            throw new DeviceException(
                    call,
                    1,
                    "CUDA_ERROR_INVALID_VALUE",
                    bytes + " bytes at 0x" + Long.toHexString(address)
                            + (allocation == null
                                    ? ", where nothing is allocated"
                                    : ", beyond an allocation of " + allocation.bytes().length + " bytes"));
        }
        return allocation;
    }
}
