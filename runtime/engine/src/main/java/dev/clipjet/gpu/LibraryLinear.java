package dev.clipjet.gpu;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.Gemm;
import dev.clipjet.device.GemmLibrary;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuStream;
import dev.clipjet.kernels.gpu.BiasActivationKernel;
import dev.clipjet.kernels.gpu.KernelLibrary;
import dev.clipjet.kernels.gpu.Matrix;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.upload.RowMajor;
import dev.clipjet.weights.upload.WeightLayout;

/** Linear layers whose product a library computes; a kernel of ours adds the bias and applies the activation. */
final class LibraryLinear implements LinearMethod, AutoCloseable {
    /** What NVIDIA recommends for compute capability 9.0; earlier ones need less. */
    private static final long WORKSPACE_BYTES = 32L << 20;

    private final GemmLibrary library;
    private final BiasActivationKernel epilogue;
    private final ElementType type;
    private final Closer owned = new Closer();

    /**
     * A method for one stream.
     *
     * @param library owned by this object from now on
     */
    LibraryLinear(GemmLibrary library, GpuDevice device, GpuStream stream, KernelLibrary kernels, ElementType type) {
        this.library = library;
        this.type = type;
        try {
            owned.add(library);
            epilogue = new BiasActivationKernel(kernels, type);
            DeviceMemory workspace = owned.add(device.allocate(WORKSPACE_BYTES));
            library.bind(stream, workspace.address(), WORKSPACE_BYTES);
        } catch (RuntimeException | Error e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    @Override
    public String name() {
        return library.description();
    }

    @Override
    public WeightLayout layout(int n, int k) {
        return rowMajor();
    }

    /** Rows of 16 bytes or multiples, which the fast kernels of libraries ask for. */
    private RowMajor rowMajor() {
        return new RowMajor(Matrix.ALIGNMENT / type.bytes());
    }

    @Override
    public Prepared prepare(LinearShape shape) {
        int weightStride = rowMajor().leadingDimension(shape.k());
        return new Prepared() {
            @Override
            public long workspaceBytes() {
                return 0;
            }

            @Override
            public void record(GpuStream stream, Matrix in, long weight, long bias, Matrix out, long workspace) {
                library.multiply(new Gemm(
                        type,
                        shape.m(),
                        shape.n(),
                        shape.k(),
                        in.address(),
                        in.stride(),
                        weight,
                        weightStride,
                        out.address(),
                        out.stride(),
                        shape.residual()));
                if (bias != 0 || shape.activation() != Activation.NONE) {
                    epilogue.record(stream, out, bias, shape.activation());
                }
            }

            @Override
            public String describe() {
                return "linear " + type.kernelCode() + " " + shape.m() + " x " + shape.n() + " x " + shape.k() + ": "
                        + library.description();
            }
        };
    }

    @Override
    public void close() {
        owned.close();
    }
}
