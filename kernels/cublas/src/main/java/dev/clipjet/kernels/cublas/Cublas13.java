package dev.clipjet.kernels.cublas;

import dev.clipjet.device.Gemm;
import dev.clipjet.device.GemmLibrary;
import dev.clipjet.device.GpuStream;
import dev.clipjet.kernels.cuda.NativeHandles;
import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** cuBLAS of CUDA 13 through JavaCPP. */
final class Cublas13 implements GemmLibrary {
    private final cublasContext handle = new cublasContext();
    private final FloatPointer one = new FloatPointer(1f);
    private final FloatPointer zero = new FloatPointer(0f);
    private final String description;
    private boolean closed;

    /** A device address as the binding wants it; it owns nothing. */
    private static final class Address extends Pointer {
        Address(long value) {
            super((Pointer) null);
            address = value;
        }
    }

    /** A stream that somebody else owns. */
    private static final class Stream extends CUstream_st {
        Stream(long value) {
            super((Pointer) null);
            address = value;
        }
    }

    Cublas13() {
        CublasStatus.check(cublas.cublasCreate_v2(handle), "cublasCreate", "");
        int[] version = new int[1];
        CublasStatus.check(cublas.cublasGetVersion_v2(handle, version), "cublasGetVersion", "");
        description = "cuBLAS " + CublasStatus.version(version[0]) + " through JavaCPP";
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public void bind(GpuStream stream, long workspace, long workspaceBytes) {
        CublasStatus.check(
                cublas.cublasSetStream_v2(handle, new Stream(NativeHandles.streamAddress(stream))),
                "cublasSetStream",
                "");
        CublasStatus.check(
                cublas.cublasSetWorkspace_v2(handle, new Address(workspace), workspaceBytes),
                "cublasSetWorkspace",
                workspaceBytes + " bytes");
    }

    @Override
    public void multiply(Gemm p) {
        int type = switch (p.element()) {
            case F16 -> cudart.CUDA_R_16F;
            case BF16 -> cudart.CUDA_R_16BF;
            case F32 -> cudart.CUDA_R_32F;
            default -> throw p.element().unexpected();
        };
        // cuBLAS counts in columns: row-major [m, n] is column-major [n, m].
        int status = cublas.cublasGemmEx(
                handle,
                cublas.CUBLAS_OP_T,
                cublas.CUBLAS_OP_N,
                p.n(),
                p.m(),
                p.k(),
                one,
                new Address(p.weight()),
                type,
                p.weightStride(),
                new Address(p.in()),
                type,
                p.inStride(),
                p.accumulate() ? one : zero,
                new Address(p.out()),
                type,
                p.outStride(),
                cublas.CUBLAS_COMPUTE_32F,
                cublas.CUBLAS_GEMM_DEFAULT);
        CublasStatus.check(status, "cublasGemmEx", p.toString());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            int status = cublas.cublasDestroy_v2(handle);
            one.close();
            zero.close();
            CublasStatus.check(status, "cublasDestroy", "");
        }
    }
}
