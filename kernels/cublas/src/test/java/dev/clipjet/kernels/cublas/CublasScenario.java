package dev.clipjet.kernels.cublas;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.Gemm;
import dev.clipjet.device.GemmLibrary;
import dev.clipjet.device.GemmLibraryProvider;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.PinnedMemory;
import dev.clipjet.kernels.cuda.CudaDriverDevice;
import dev.clipjet.numeric.ElementType;
import java.nio.ByteBuffer;

/** Looks for cuBLAS and multiplies, in a process of its own; prints what it sees. */
public final class CublasScenario {
    private CublasScenario() {}

    public static void main(String[] arguments) {
        try (CudaDriverDevice device = CudaDriverDevice.open(0)) {
            GemmLibraryProvider.Search search = new CublasProvider().open(device);
            search.report().forEach(System.out::println);
            if (search.library().isPresent()) {
                try (GemmLibrary cublas = search.library().get();
                        GpuStream stream = device.createStream();
                        DeviceMemory memory = device.allocate(4096);
                        PinnedMemory host = device.allocatePinned(256)) {
                    multiply(cublas, stream, memory.address(), host.buffer());
                }
            }
        }
    }

    /** [2, 3] times the transpose of [2, 3], rows of stride 4. */
    private static void multiply(GemmLibrary cublas, GpuStream stream, long base, ByteBuffer host) {
        cublas.bind(stream, base + 2048, 1024);
        for (int i = 0; i < 16; i++) {
            host.putFloat(4 * i, i);
        }
        stream.copyToDevice(base, host.duplicate().limit(64));
        for (boolean accumulate : new boolean[] {false, true}) {
            cublas.multiply(new Gemm(ElementType.F32, 2, 2, 3, base, 4, base + 32, 4, base + 256, 5, accumulate));
            stream.copyToHost(host.duplicate().position(64).limit(64 + 40), base + 256);
            stream.synchronize();
            for (int element : new int[] {0, 1, 5, 6}) {
                System.out.print(host.getFloat(64 + 4 * element) + " ");
            }
            System.out.println();
        }
        for (ElementType type : new ElementType[] {ElementType.F16, ElementType.BF16}) {
            cublas.multiply(new Gemm(type, 2, 2, 3, base, 4, base + 32, 4, base + 256, 5, false));
        }
    }
}
