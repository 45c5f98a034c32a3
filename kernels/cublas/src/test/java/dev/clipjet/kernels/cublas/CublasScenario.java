package dev.clipjet.kernels.cublas;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.MatrixLibrary;
import dev.clipjet.device.MatrixLibraryProvider;
import dev.clipjet.device.MatrixProduct;
import dev.clipjet.device.MatrixProduct.Element;
import dev.clipjet.device.PinnedMemory;
import dev.clipjet.kernels.cuda.CudaDriverDevice;
import java.nio.ByteBuffer;

/** Looks for cuBLAS and multiplies, in a process of its own; prints what it sees. */
public final class CublasScenario {
    private CublasScenario() {}

    public static void main(String[] arguments) {
        try (CudaDriverDevice device = CudaDriverDevice.open(0)) {
            MatrixLibraryProvider.Search search = new CublasProvider().open(device);
            search.report().forEach(System.out::println);
            if (search.library().isPresent()) {
                try (MatrixLibrary cublas = search.library().get();
                        GpuStream stream = device.createStream();
                        DeviceMemory memory = device.allocate(4096);
                        PinnedMemory host = device.allocatePinned(256)) {
                    multiply(cublas, stream, memory.address(), host.buffer());
                }
            }
        }
    }

    /** [2, 3] times the transpose of [2, 3], rows of stride 4. */
    private static void multiply(MatrixLibrary cublas, GpuStream stream, long base, ByteBuffer host) {
        cublas.bind(stream, base + 2048, 1024);
        for (int i = 0; i < 16; i++) {
            host.putFloat(4 * i, i);
        }
        stream.copyToDevice(base, host.duplicate().limit(64));
        for (boolean accumulate : new boolean[] {false, true}) {
            cublas.multiply(new MatrixProduct(Element.F32, 2, 2, 3, base, 4, base + 32, 4, base + 256, 5, accumulate));
            stream.copyToHost(host.duplicate().position(64).limit(64 + 40), base + 256);
            stream.synchronize();
            for (int element : new int[] {0, 1, 5, 6}) {
                System.out.print(host.getFloat(64 + 4 * element) + " ");
            }
            System.out.println();
        }
        for (Element type : new Element[] {Element.F16, Element.BF16}) {
            cublas.multiply(new MatrixProduct(type, 2, 2, 3, base, 4, base + 32, 4, base + 256, 5, false));
        }
    }
}
