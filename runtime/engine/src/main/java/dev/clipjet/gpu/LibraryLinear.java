package dev.clipjet.gpu;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.MatrixLibrary;
import dev.clipjet.device.MatrixProduct;
import dev.clipjet.kernels.gpu.Activation;
import dev.clipjet.kernels.gpu.BiasActivationKernel;
import dev.clipjet.kernels.gpu.KernelLibrary;
import dev.clipjet.kernels.gpu.Matrix;
import dev.clipjet.kernels.gpu.StorageType;
import dev.clipjet.weights.upload.RowMajor;
import dev.clipjet.weights.upload.WeightLayout;

/** Linear layers whose product a library computes; a kernel of ours adds the bias and applies the activation. */
final class LibraryLinear implements LinearMethod, AutoCloseable {
    /** What NVIDIA recommends for compute capability 9.0; earlier ones need less. */
    private static final long WORKSPACE_BYTES = 32L << 20;

    private final MatrixLibrary library;
    private final BiasActivationKernel epilogue;
    private final StorageType type;
    private final MatrixProduct.Element element;
    private final Closing owned = new Closing();

    /**
     * A method for one stream.
     *
     * @param library owned by this object from now on
     */
    LibraryLinear(MatrixLibrary library, GpuDevice device, GpuStream stream, KernelLibrary kernels, StorageType type) {
        this.library = library;
        this.type = type;
        element = switch (type) {
            case F16 -> MatrixProduct.Element.F16;
            case BF16 -> MatrixProduct.Element.BF16;
            case F32 -> MatrixProduct.Element.F32;
        };
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
                library.multiply(new MatrixProduct(
                        element,
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
                return "linear " + type.suffix() + " " + shape.m() + " x " + shape.n() + " x " + shape.k() + ": "
                        + library.description();
            }
        };
    }

    @Override
    public void close() {
        owned.close();
    }
}
