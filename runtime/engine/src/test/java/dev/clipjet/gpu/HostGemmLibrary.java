package dev.clipjet.gpu;

import dev.clipjet.device.Gemm;
import dev.clipjet.device.GemmLibrary;
import dev.clipjet.device.GpuStream;
import dev.clipjet.numeric.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.locks.LockSupport;

/** A library of matrix products that computes on the host, by copies from and to a device whose work runs when it is submitted. */
final class HostGemmLibrary implements GemmLibrary {
    private final long delayNanos;
    private GpuStream stream;
    private int products;
    private boolean closed;

    /**
     * A library.
     *
     * @param delayNanos how long a product takes at least
     */
    HostGemmLibrary(long delayNanos) {
        this.delayNanos = delayNanos;
    }

    int products() {
        return products;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public String description() {
        return "products on the host";
    }

    @Override
    public void bind(GpuStream newStream, long workspace, long workspaceBytes) {
        stream = newStream;
    }

    @Override
    public void multiply(Gemm p) {
        products++;
        LockSupport.parkNanos(delayNanos);
        ElementType type = ElementType.valueOf(p.element().name());
        float[] in = read(type, p.in(), (p.m() - 1) * p.inStride() + p.k());
        float[] weight = read(type, p.weight(), (p.n() - 1) * p.weightStride() + p.k());
        for (int row = 0; row < p.m(); row++) {
            long address = p.out() + (long) row * p.outStride() * type.bytes();
            float[] out = p.accumulate() ? read(type, address, p.n()) : new float[p.n()];
            for (int column = 0; column < p.n(); column++) {
                double sum = out[column];
                for (int i = 0; i < p.k(); i++) {
                    sum += (double) in[row * p.inStride() + i] * weight[column * p.weightStride() + i];
                }
                out[column] = (float) sum;
            }
            stream.copyToDevice(address, StoredNumbers.encode(type, out));
        }
    }

    private float[] read(ElementType type, long address, int elements) {
        ByteBuffer bytes = ByteBuffer.allocate(elements * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        stream.copyToHost(bytes, address);
        return StoredNumbers.decode(type, bytes);
    }

    @Override
    public void close() {
        closed = true;
    }
}
