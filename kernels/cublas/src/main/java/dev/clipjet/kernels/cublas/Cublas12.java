package dev.clipjet.kernels.cublas;

import dev.clipjet.device.Gemm;
import dev.clipjet.device.GemmLibrary;
import dev.clipjet.device.GpuStream;
import dev.clipjet.kernels.cuda.NativeHandles;
import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasGemmAlgo;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.runtime.cudaStream_t;

/** cuBLAS of CUDA 12 through JCublas. */
final class Cublas12 implements GemmLibrary {
    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});

    private final cublasHandle handle = new cublasHandle();
    private final String description;
    private boolean closed;

    Cublas12() {
        JCublas2.setExceptionsEnabled(false);
        CublasStatus.check(JCublas2.cublasCreate(handle), "cublasCreate", "");
        int[] version = new int[1];
        CublasStatus.check(JCublas2.cublasGetVersion(handle, version), "cublasGetVersion", "");
        description = "cuBLAS " + CublasStatus.version(version[0]) + " through JCublas";
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public void bind(GpuStream stream, long workspace, long workspaceBytes) {
        CublasStatus.check(
                JCublas2.cublasSetStream(handle, new cudaStream_t(NativeHandles.stream(stream))),
                "cublasSetStream",
                "");
        CublasStatus.check(
                JCublas2.cublasSetWorkspace(handle, NativeHandles.pointer(workspace), workspaceBytes),
                "cublasSetWorkspace",
                workspaceBytes + " bytes");
    }

    @Override
    public void multiply(Gemm p) {
        int type = switch (p.element()) {
            case F16 -> cudaDataType.CUDA_R_16F;
            case BF16 -> cudaDataType.CUDA_R_16BF;
            case F32 -> cudaDataType.CUDA_R_32F;
            default -> throw p.element().unexpected();
        };
        // cuBLAS counts in columns: row-major [m, n] is column-major [n, m].
        int status = JCublas2.cublasGemmEx_new(
                handle,
                cublasOperation.CUBLAS_OP_T,
                cublasOperation.CUBLAS_OP_N,
                p.n(),
                p.m(),
                p.k(),
                ONE,
                NativeHandles.pointer(p.weight()),
                type,
                p.weightStride(),
                NativeHandles.pointer(p.in()),
                type,
                p.inStride(),
                p.accumulate() ? ONE : ZERO,
                NativeHandles.pointer(p.out()),
                type,
                p.outStride(),
                cublasComputeType.CUBLAS_COMPUTE_32F,
                cublasGemmAlgo.CUBLAS_GEMM_DEFAULT);
        CublasStatus.check(status, "cublasGemmEx", p.toString());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            CublasStatus.check(JCublas2.cublasDestroy(handle), "cublasDestroy", "");
        }
    }
}
