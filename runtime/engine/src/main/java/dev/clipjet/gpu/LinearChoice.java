package dev.clipjet.gpu;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuEvent;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.PinnedMemory;
import dev.clipjet.kernels.gpu.Matrix;
import dev.clipjet.numeric.ElementType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses how each linear layer is computed. Where there is more than one method, each runs the layer's shape on the device and the
 * fastest is taken; the process measures a shape once. The system property {@value #PROPERTY} overrides: {@code kernels}, {@code
 * library} or {@code measured}.
 */
final class LinearChoice {
    static final String PROPERTY = "clipjet.gemm";

    private static final Logger LOG = LoggerFactory.getLogger(LinearChoice.class);

    /** Weights are read cold in a forward pass, so as many copies are used in turn as no cache holds. */
    private static final long BYTES_OF_WEIGHTS = 128L << 20;

    private static final int LAUNCHES = 20;
    private static final int ROUNDS = 3;
    private static final int PATTERN_BYTES = 1 << 20;

    /** What was measured, and so need not be again. */
    private record Key(String device, ElementType type, LinearShape shape, List<String> methods) {}

    private static final Map<Key, Integer> MEASURED = new ConcurrentHashMap<>();

    private final GpuDevice device;
    private final GpuStream stream;
    private final ElementType type;
    private final List<LinearMethod> methods;

    /**
     * A choice.
     *
     * @param methods at least one, owned by the caller; the first is that of the shipped kernels
     */
    LinearChoice(GpuDevice device, GpuStream stream, ElementType type, List<LinearMethod> methods) {
        this.device = device;
        this.stream = stream;
        this.type = type;
        this.methods = allowed(methods);
    }

    /** Whether a library may be chosen, and so is worth opening. */
    static boolean wantsLibraries() {
        return !wanted().equals("kernels");
    }

    private static String wanted() {
        return System.getProperty(PROPERTY, "measured").toLowerCase(Locale.ROOT);
    }

    private static List<LinearMethod> allowed(List<LinearMethod> methods) {
        String wanted = wanted();
        return switch (wanted) {
            case "measured" -> List.copyOf(methods);
            case "kernels" -> List.of(methods.get(0));
            case "library" -> {
                if (methods.size() < 2) {
                    throw new IllegalArgumentException(
                            "-D" + PROPERTY + "=library, but there is no library of matrix products");
                }
                yield List.copyOf(methods.subList(1, methods.size()));
            }
            default ->
                throw new IllegalArgumentException(
                        "-D" + PROPERTY + "=" + wanted + "; possible are measured, kernels and library");
        };
    }

    /** The method for a shape. */
    LinearMethod method(LinearShape shape) {
        if (methods.size() == 1) {
            return methods.get(0);
        }
        Key key = new Key(
                device.properties().name(),
                type,
                shape,
                methods.stream().map(LinearMethod::name).toList());
        Integer known = MEASURED.get(key);
        if (known == null) {
            known = fastest(shape);
            MEASURED.put(key, known);
        }
        return methods.get(known);
    }

    private int fastest(LinearShape shape) {
        int best = 0;
        double least = Double.POSITIVE_INFINITY;
        StringBuilder report = new StringBuilder();
        for (int i = 0; i < methods.size(); i++) {
            double microseconds = microseconds(methods.get(i), shape);
            report.append(
                    String.format(Locale.ROOT, "; %s %.2f us", methods.get(i).name(), microseconds));
            if (microseconds < least) {
                least = microseconds;
                best = i;
            }
        }
        LOG.debug(
                "{} x {} x {} {}{}: {}",
                shape.m(),
                shape.n(),
                shape.k(),
                type,
                report,
                methods.get(best).name());
        return best;
    }

    /** Time of one launch, the least of several rounds. */
    private double microseconds(LinearMethod method, LinearShape shape) {
        LinearMethod.Prepared layer = method.prepare(shape);
        int inStride = DeviceLayout.stride(shape.k(), type);
        int outStride = DeviceLayout.stride(shape.n(), type);
        long weightBytes = (method.layout(shape.n(), shape.k()).bytes(shape.n(), shape.k(), type.bytes()) + 255) & -256;
        int copies = (int) Math.min(LAUNCHES, BYTES_OF_WEIGHTS / weightBytes + 1);
        try (Closer memory = new Closer()) {
            long in = random(memory, (long) shape.m() * inStride * type.bytes());
            long out = random(memory, (long) shape.m() * outStride * type.bytes());
            long weights = random(memory, copies * weightBytes);
            long workspace = 0;
            if (layer.workspaceBytes() > 0) {
                DeviceMemory zeros = memory.add(device.allocate(layer.workspaceBytes()));
                stream.fill(zeros.address(), (byte) 0, zeros.bytes());
                workspace = zeros.address();
            }
            GpuEvent start = memory.add(device.createEvent(true));
            GpuEvent end = memory.add(device.createEvent(true));
            Matrix from = new Matrix(in, shape.m(), shape.k(), inStride);
            Matrix to = new Matrix(out, shape.m(), shape.n(), outStride);
            double least = Double.POSITIVE_INFINITY;
            for (int round = 0; round <= ROUNDS; round++) {
                stream.record(start);
                for (int i = 0; i < LAUNCHES; i++) {
                    layer.record(stream, from, weights + i % copies * weightBytes, 0, to, workspace);
                }
                stream.record(end);
                stream.synchronize();
                // The first round warms up.
                if (round > 0) {
                    least = Math.min(least, end.millisecondsSince(start) * 1000 / LAUNCHES);
                }
            }
            return least;
        }
    }

    /** Memory with small random numbers: power, and so the clock, depends on the data. */
    private long random(Closer memory, long bytes) {
        DeviceMemory target = memory.add(device.allocate(bytes));
        int chunk = (int) Math.min(PATTERN_BYTES, bytes);
        try (PinnedMemory pattern = device.allocatePinned(chunk)) {
            ByteBuffer buffer = pattern.buffer();
            SplittableRandom random = new SplittableRandom(bytes);
            for (int at = 0; at + type.bytes() <= chunk; at += type.bytes()) {
                // Sign and fraction at random, magnitude between 1/64 and 1/32.
                switch (type) {
                    case F16 -> buffer.putShort(at, (short) (random.nextInt() & 0x83ff | 9 << 10));
                    case BF16 -> buffer.putShort(at, (short) (random.nextInt() & 0x807f | 121 << 7));
                    case F32 -> buffer.putInt(at, random.nextInt() & 0x807fffff | 121 << 23);
                    default -> throw type.unexpected();
                }
            }
            for (long at = 0; at < bytes; at += chunk) {
                int length = (int) Math.min(chunk, bytes - at);
                stream.copyToDevice(
                        target.address() + at, buffer.duplicate().position(0).limit(length));
            }
            stream.synchronize();
        }
        return target.address();
    }
}
