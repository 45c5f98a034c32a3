// targets: sm_80
//
// Linear layer in float32 without tensor cores: out = act(in W^T + bias + residual).
//
// in [m, k] and out [m, n] row-major float32, their rows 16-byte aligned; W [n, k] in packed tiles (tile.cuh); bias float32 [n]
// or null; residual [m, n] or null, it may be out. Any m, n, k.
// Launch: grid (ceil(n / 64), ceil(m / BM), splits), block 128, dynamic shared memory STAGES * (BM + 64) * 128 bytes; everything
// 16-byte aligned; with splits > 1 a workspace (epilogue.cuh) and at most COUNTERS tiles. splits <= ceil(k / 32).
// Numerics: gemm_float.cuh; bias, residual and activation in float32.
// Moves 4 n k bytes of weights ceil(m / BM) times and 4 m k of activations ceil(n / 64) times, from DRAM once where L2 holds
// them, 4 m n of output (8 m n with residual), and 8 m n (splits) bytes of partial sums; 2 m n k operations.
#include "gemm_float.cuh"
#include "matrix_rows.cuh"

extern __shared__ __align__(1024) unsigned char ring[];

#define ENTRY(BM, STAGES)                                                                                    \
    extern "C" __global__ void __launch_bounds__(128, BM == 128 ? 3 : 6) linear_##BM##x64_f32(               \
            int m, int n, int k, const float *in, int64_t in_stride, const unsigned char *weight,            \
            const float *bias, const float *residual, int64_t residual_stride, float *out,                   \
            int64_t out_stride, unsigned *workspace, int activation) {                                       \
        const int k_tiles = (k + 31) / 32;                                                                   \
        const KRange range = k_range(k_tiles);                                                               \
        MatrixRows<float, BM, 128> input(in, in_stride, m, k, range.begin, threadIdx.x);                     \
        GemmFloat<BM, STAGES>::run(                                                                          \
                input, k_tiles, range, weight,                                                               \
                {m, n, bias, out, out_stride, residual, residual_stride, workspace, activation}, ring);      \
    }

ENTRY(128, 3)
ENTRY(32, 4)
