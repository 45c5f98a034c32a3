package dev.clipjet.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.GpuStream;
import dev.clipjet.kernels.gpu.KernelLibrary;
import dev.clipjet.kernels.gpu.Matrix;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.weights.upload.RowSource;
import dev.clipjet.weights.upload.UploadListener;
import dev.clipjet.weights.upload.UploadRequest;
import dev.clipjet.weights.upload.UploadedWeights;
import dev.clipjet.weights.upload.WeightUploader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both ways to compute a linear layer on the emulated device, from a weight's upload to the result, and the choice between them. */
class LinearMethodsTest {
    private static final UploadListener SILENT = new UploadListener() {};

    @AfterEach
    void noOverride() {
        System.clearProperty(LinearChoice.PROPERTY);
    }

    @ParameterizedTest
    @CsvSource({
        "F16, 7, 40, 72, QUICK_GELU, false, true",
        "F16, 5, 39, 61, NONE, true, true",
        "BF16, 3, 24, 37, GELU, false, true",
        "BF16, 3, 24, 37, NONE, false, false",
        "F32, 4, 18, 33, GELU_TANH, false, true",
        "F32, 4, 18, 33, NONE, true, false"
    })
    void bothMethodsGiveTheLayer(
            ElementType type, int m, int n, int k, Activation activation, boolean residual, boolean biased) {
        LinearShape shape = new LinearShape(m, n, k, activation, residual);
        Random random = new Random(m * 31 + n);
        float[] in = gaussian(random, type, m * k, 1);
        float[] weight = gaussian(random, type, n * k, 0.2);
        float[] bias = gaussian(random, ElementType.F32, n, 1);
        float[] old = gaussian(random, type, m * n, 1);
        double[] expected = exact(shape, in, weight, biased ? bias : new float[n], old);
        try (EmulatedDevice device = device();
                GpuStream stream = device.createStream();
                KernelLibrary library = new KernelLibrary(device)) {
            HostGemmLibrary products = new HostGemmLibrary(0);
            try (LibraryLinear external = new LibraryLinear(products, device, stream, library, type)) {
                for (LinearMethod method : List.of(new KernelLinear(library, type), external)) {
                    float[] result = run(method, device, stream, type, shape, in, weight, biased ? bias : null, old);
                    // A library rounds once more before bias and activation.
                    double precision = type == ElementType.F32 ? 1e-6 : type == ElementType.F16 ? 0x1p-10 : 0x1p-7;
                    for (int i = 0; i < expected.length; i++) {
                        assertThat(Math.abs(result[i] - expected[i]))
                                .as("%s: element %d, %s for %s", method.name(), i, result[i], expected[i])
                                .isLessThan(precision * (2 + 2 * Math.abs(expected[i])));
                    }
                }
            }
            assertThat(products.products()).isEqualTo(1);
            assertThat(products.isClosed()).isTrue();
        }
    }

    private static float[] run(
            LinearMethod method,
            EmulatedDevice device,
            GpuStream stream,
            ElementType type,
            LinearShape shape,
            float[] in,
            float[] weight,
            float[] bias,
            float[] old) {
        int inStride = DeviceLayout.stride(shape.k(), type);
        int outStride = DeviceLayout.stride(shape.n(), type);
        try (Closer memory = new Closer();
                WeightUploader uploader = new WeightUploader(device, stream, SILENT)) {
            UploadedWeights weights = memory.add(uploader.upload(List.of(
                    new UploadRequest(
                            "weight",
                            RowSource.of(weight, shape.n(), shape.k()),
                            type,
                            method.layout(shape.n(), shape.k())),
                    new UploadRequest(
                            "bias",
                            RowSource.of(bias == null ? new float[shape.n()] : bias, shape.n(), 1),
                            ElementType.F32))));
            LinearMethod.Prepared layer = method.prepare(shape);
            assertThat(layer.describe()).contains(shape.m() + " x " + shape.n() + " x " + shape.k());
            DeviceMemory workspace = memory.add(device.allocate(Math.max(16, layer.workspaceBytes())));
            stream.fill(workspace.address(), (byte) 0, workspace.bytes());
            long from = padded(memory, device, stream, type, in, shape.k(), inStride);
            long to = padded(memory, device, stream, type, old, shape.n(), outStride);
            layer.record(
                    stream,
                    new Matrix(from, shape.m(), shape.k(), inStride),
                    weights.get("weight").address(),
                    bias == null ? 0 : weights.get("bias").address(),
                    new Matrix(to, shape.m(), shape.n(), outStride),
                    workspace.address());
            return dense(stream, type, shape, to, outStride);
        }
    }

    private static long padded(
            Closer memory,
            EmulatedDevice device,
            GpuStream stream,
            ElementType type,
            float[] dense,
            int columns,
            int stride) {
        int rows = dense.length / columns;
        float[] values = new float[rows * stride];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(dense, row * columns, values, row * stride, columns);
        }
        DeviceMemory target = memory.add(device.allocate((long) values.length * type.bytes()));
        stream.copyToDevice(target.address(), StoredNumbers.encode(type, values));
        return target.address();
    }

    private static float[] dense(GpuStream stream, ElementType type, LinearShape shape, long address, int stride) {
        ByteBuffer bytes =
                ByteBuffer.allocate(shape.m() * stride * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        stream.copyToHost(bytes, address);
        float[] values = StoredNumbers.decode(type, bytes);
        float[] result = new float[shape.m() * shape.n()];
        for (int row = 0; row < shape.m(); row++) {
            System.arraycopy(values, row * stride, result, row * shape.n(), shape.n());
        }
        return result;
    }

    private static double[] exact(LinearShape shape, float[] in, float[] weight, float[] bias, float[] old) {
        double[] out = new double[shape.m() * shape.n()];
        for (int row = 0; row < shape.m(); row++) {
            for (int column = 0; column < shape.n(); column++) {
                double sum = bias[column];
                for (int i = 0; i < shape.k(); i++) {
                    sum += (double) in[row * shape.k() + i] * weight[column * shape.k() + i];
                }
                int at = row * shape.n() + column;
                out[at] = switch (shape.activation()) {
                    case NONE -> shape.residual() ? old[at] + sum : sum;
                    case RELU -> Math.max(sum, 0);
                    case QUICK_GELU -> sum / (1 + Math.exp(-1.702 * sum));
                    case GELU -> sum / 2 * (1 + erf(sum / Math.sqrt(2)));
                    case GELU_TANH ->
                        sum / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (sum + 0.044715 * sum * sum * sum)));
                };
            }
        }
        return out;
    }

    /** By its Taylor series, which suffices for the arguments here. */
    private static double erf(double x) {
        double clipped = Math.max(-5, Math.min(5, x));
        double term = clipped;
        double sum = clipped;
        for (int n = 1; n < 150; n++) {
            term *= -clipped * clipped / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }

    private static float[] gaussian(Random random, ElementType type, int count, double scale) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return StoredNumbers.rounded(type, values);
    }

    private static EmulatedDevice device() {
        return new EmulatedDevice(EmulatedDevice.h200(), ExecutionOptions.standard());
    }

    @Test
    void theFasterMethodIsTakenAndAShapeMeasuredOnce() {
        try (EmulatedDevice device = device();
                GpuStream stream = device.createStream();
                KernelLibrary library = new KernelLibrary(device)) {
            HostGemmLibrary quick = new HostGemmLibrary(0);
            HostGemmLibrary slow = new HostGemmLibrary(20_000_000);
            try (LibraryLinear first = new LibraryLinear(slow, device, stream, library, ElementType.F32);
                    LibraryLinear second = new LibraryLinear(quick, device, stream, library, ElementType.F32)) {
                LinearShape shape = new LinearShape(1, 2, 3, Activation.NONE, false);
                LinearChoice choice = new LinearChoice(device, stream, ElementType.F32, List.of(first, second));
                assertThat(choice.method(shape)).isSameAs(second);
                int measured = quick.products();
                assertThat(measured).isPositive();
                assertThat(new LinearChoice(device, stream, ElementType.F32, List.of(first, second)).method(shape))
                        .isSameAs(second);
                assertThat(quick.products()).isEqualTo(measured);
            }
        }
    }

    @Test
    void anOverrideDecidesWithoutMeasuring() {
        try (EmulatedDevice device = device();
                GpuStream stream = device.createStream();
                KernelLibrary library = new KernelLibrary(device)) {
            HostGemmLibrary products = new HostGemmLibrary(0);
            KernelLinear kernels = new KernelLinear(library, ElementType.F16);
            LinearShape shape = new LinearShape(2, 8, 8, Activation.NONE, false);
            try (LibraryLinear external = new LibraryLinear(products, device, stream, library, ElementType.F16)) {
                List<LinearMethod> both = List.of(kernels, external);
                System.setProperty(LinearChoice.PROPERTY, "kernels");
                assertThat(new LinearChoice(device, stream, ElementType.F16, both).method(shape))
                        .isSameAs(kernels);
                System.setProperty(LinearChoice.PROPERTY, "library");
                assertThat(new LinearChoice(device, stream, ElementType.F16, both).method(shape))
                        .isSameAs(external);
                assertThat(products.products()).isZero();
                assertThatThrownBy(() -> new LinearChoice(device, stream, ElementType.F16, List.of(kernels)))
                        .hasMessageContaining("there is no library");
                System.setProperty(LinearChoice.PROPERTY, "fastest");
                assertThatThrownBy(() -> new LinearChoice(device, stream, ElementType.F16, both))
                        .hasMessageContaining("possible are measured, kernels and library");
            }
        }
    }
}
