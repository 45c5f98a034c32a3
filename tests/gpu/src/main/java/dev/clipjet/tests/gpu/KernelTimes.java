package dev.clipjet.tests.gpu;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuEvent;
import dev.clipjet.device.GpuGraph;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.PinnedMemory;
import dev.clipjet.kernels.cases.ConvolutionCase;
import dev.clipjet.kernels.cases.DepthwiseCase;
import dev.clipjet.kernels.cases.KernelCase;
import dev.clipjet.kernels.cases.KernelCases;
import dev.clipjet.kernels.cases.LinearCase;
import dev.clipjet.kernels.cuda.CudaProvider;
import dev.clipjet.kernels.gpu.ConvolutionEnd;
import dev.clipjet.kernels.gpu.ConvolutionKernels;
import dev.clipjet.kernels.gpu.ConvolutionPlan;
import dev.clipjet.kernels.gpu.ConvolutionShape;
import dev.clipjet.kernels.gpu.DepthwiseKernel;
import dev.clipjet.kernels.gpu.DepthwiseShape;
import dev.clipjet.kernels.gpu.KernelLibrary;
import dev.clipjet.kernels.gpu.LinearKernels;
import dev.clipjet.kernels.gpu.LinearPlan;
import dev.clipjet.kernels.gpu.Matrix;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.profile.GpuModel;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Times of the cases of models on the GPU of this machine, beside the floor of a GPU whose name the device's contains: {@code java -cp
 * 'FOLDER/*' dev.clipjet.tests.gpu.KernelTimes [--images N] [--dtype fp16|bf16|fp32]}. Each case is captured {@value #LAUNCHES} times in one
 * graph; the time is the least of {@value #ROUNDS} replays, over the launches.
 */
public final class KernelTimes {
    private static final int LAUNCHES = 20;
    private static final int ROUNDS = 5;
    private static final int PATTERN_BYTES = 1 << 20;
    private static final long SEED = 7;

    private final GpuDevice device;
    private final ElementType type;
    private final GpuStream stream;
    private final KernelLibrary library;
    private final List<AutoCloseable> owned = new ArrayList<>();

    private KernelTimes(GpuDevice device, ElementType type) {
        this.device = device;
        this.type = type;
        library = new KernelLibrary(device);
        stream = device.createStream();
    }

    /** Prints a line for each case, and exits with 0, 2 for wrong usage, 3 without a GPU. */
    public static void main(String[] arguments) throws Exception {
        int images = 1;
        ElementType type = ElementType.F16;
        for (int i = 0; i < arguments.length; i += 2) {
            Optional<ElementType> named =
                    i + 1 == arguments.length ? Optional.empty() : ElementType.ofLabel(arguments[i + 1]);
            if (arguments[i].equals("--dtype") && named.isPresent()) {
                type = named.get();
            } else if (arguments[i].equals("--images")
                    && i + 1 < arguments.length
                    && arguments[i + 1].matches("[1-9]\\d{0,4}")) {
                images = Integer.parseInt(arguments[i + 1]);
            } else {
                System.out.println("wrong usage at " + arguments[i] + ": --images N, --dtype fp16, bf16 or fp32");
                System.exit(Main.USAGE);
            }
        }
        Optional<String> why = new CudaProvider().unavailable();
        if (why.isPresent()) {
            System.out.println("NO GPU: " + why.get());
            System.exit(Main.NO_GPU);
        }
        try (GpuDevice device = new CudaProvider().open()) {
            print(System.out, device, type, ofModels(images));
        }
    }

    /** The cases that occur in models. */
    static List<KernelCase> ofModels(int images) {
        return Stream.of(KernelCases.vitB32(), KernelCases.resNet50(images), KernelCases.convNextBase(images))
                .<KernelCase>flatMap(List::stream)
                .toList();
    }

    /** Times cases and prints them with their floors. */
    static void print(PrintStream out, GpuDevice device, ElementType type, List<KernelCase> cases) throws Exception {
        String name = device.properties().name();
        Optional<GpuModel> model = Arrays.stream(
                        new GpuModel[] {GpuModel.H200, GpuModel.H100, GpuModel.A100, GpuModel.L4})
                .filter(each -> name.contains(each.name()))
                .findFirst();
        out.printf(Locale.ROOT, "%s, %s%n%10s %10s  %s%n", name, type.label(), "us", "floor us", "case");
        for (KernelCase each : cases) {
            double microseconds = new KernelTimes(device, type).microseconds(each);
            String floor = model.map(
                            gpu -> String.format(Locale.ROOT, "%.2f", gpu.floor(each.bytes(type), each.operations())))
                    .orElse("unknown");
            out.printf(Locale.ROOT, "%10.2f %10s  %s %s%n", microseconds, floor, each.operation(), each);
        }
    }

    /** A launch that can be recorded again and again. */
    private interface Launch {
        void record();
    }

    private double microseconds(KernelCase each) throws Exception {
        try {
            Launch launch = each instanceof ConvolutionCase convolution
                    ? prepare(convolution)
                    : each instanceof DepthwiseCase depthwise ? prepare(depthwise) : prepare((LinearCase) each);
            // Modules are loaded and functions found before the capture.
            launch.record();
            stream.synchronize();
            stream.beginCapture();
            for (int i = 0; i < LAUNCHES; i++) {
                launch.record();
            }
            GpuGraph graph = own(stream.endCapture());
            GpuEvent start = own(device.createEvent(true));
            GpuEvent end = own(device.createEvent(true));
            double least = Double.POSITIVE_INFINITY;
            for (int round = 0; round < ROUNDS; round++) {
                stream.record(start);
                stream.launch(graph);
                stream.record(end);
                stream.synchronize();
                least = Math.min(least, end.millisecondsSince(start) * 1000 / LAUNCHES);
            }
            return least;
        } finally {
            for (int i = owned.size() - 1; i >= 0; i--) {
                owned.get(i).close();
            }
            stream.close();
            library.close();
        }
    }

    private Launch prepare(ConvolutionCase c) {
        ConvolutionKernels kernels = new ConvolutionKernels(library, type);
        ConvolutionShape shape = new ConvolutionShape(
                c.images(),
                c.height(),
                c.width(),
                c.channels(),
                c.filters(),
                c.kernelHeight(),
                c.kernelWidth(),
                c.stride(),
                c.padding());
        ConvolutionPlan plan = kernels.plan(shape, new ConvolutionEnd(c.activation(), c.residual(), c.pooled()));
        Matrix in = matrix(shape.inRows(), c.channels());
        Matrix out = matrix(plan.outRows(), c.filters());
        Matrix residual = c.residual() ? matrix(plan.outRows(), c.filters()) : null;
        long weight = random(kernels.layout(shape).bytes(c.filters(), shape.packedColumns(type), type.bytes()));
        long bias = random(4L * c.filters());
        long workspace = zeros(plan.workspaceBytes());
        return () -> kernels.record(stream, plan, in, weight, bias, residual, out, workspace);
    }

    private Launch prepare(DepthwiseCase d) {
        DepthwiseKernel kernel = new DepthwiseKernel(library, type);
        DepthwiseShape shape = new DepthwiseShape(
                d.images(), d.height(), d.width(), d.channels(), d.kernel(), d.stride(), d.padding());
        Matrix in = matrix(shape.inRows(), d.channels());
        Matrix weight = matrix(d.kernel() * d.kernel(), d.channels());
        Matrix out = matrix(shape.outRows(), d.channels());
        long bias = random(4L * d.channels());
        return () -> kernel.record(stream, shape, in, weight, bias, d.activation(), out);
    }

    private Launch prepare(LinearCase l) {
        LinearKernels kernels = new LinearKernels(library, type);
        LinearPlan plan = kernels.plan(l.m(), l.n(), l.k(), l.activation(), l.residual());
        Matrix in = matrix(l.m(), l.k());
        Matrix out = matrix(l.m(), l.n());
        long weight = random(kernels.layout(l.n(), l.k()).bytes(l.n(), l.k(), type.bytes()));
        long bias = random(4L * l.n());
        long workspace = zeros(plan.workspaceBytes());
        return () -> kernels.record(stream, plan, in, weight, bias, l.residual() ? out : null, out, workspace);
    }

    private Matrix matrix(int rows, int columns) {
        int unit = 32 / type.bytes();
        int stride = (columns + unit - 1) / unit * unit;
        return new Matrix(random((long) rows * stride * type.bytes()), rows, columns, stride);
    }

    private long zeros(long bytes) {
        if (bytes == 0) {
            return 0;
        }
        DeviceMemory memory = own(device.allocate(bytes));
        stream.fill(memory.address(), (byte) 0, bytes);
        return memory.address();
    }

    /** Memory with small random numbers: power, and so the clock, depends on the data. */
    private long random(long bytes) {
        DeviceMemory memory = own(device.allocate(bytes));
        int chunk = (int) Math.min(PATTERN_BYTES, bytes);
        try (PinnedMemory pattern = device.allocatePinned(chunk)) {
            ByteBuffer buffer = pattern.buffer();
            Random random = new Random(SEED);
            for (int i = 0; i < chunk; i++) {
                // The high byte keeps every type small, finite and of either sign.
                boolean high = i % type.bytes() == type.bytes() - 1;
                buffer.put(i, (byte) (high ? 0x30 | random.nextInt(8) | random.nextInt(2) << 7 : random.nextInt(256)));
            }
            for (long at = 0; at < bytes; at += chunk) {
                buffer.clear().limit((int) Math.min(chunk, bytes - at));
                stream.copyToDevice(memory.address() + at, buffer);
            }
            stream.synchronize();
        }
        return memory.address();
    }

    private <T extends AutoCloseable> T own(T resource) {
        owned.add(resource);
        return resource;
    }
}
