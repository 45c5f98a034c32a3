// Linear layer on tensor cores: out = act(in W^T + bias + residual).
//
// in [m, k] and out [m, n] row-major T (f16, bf16), their rows 16-byte aligned; W [n, k] in packed tiles (tile.cuh); bias
// float32 [n] or null; residual [m, n] or null, it may be out. Any m, n, k.
// Launch: grid (ceil(n / BN), ceil(m / BM), splits), block WM * WN * WK warps, dynamic shared memory SHARED_BYTES; everything
// 16-byte aligned; with splits > 1 a workspace (epilogue.cuh) and at most COUNTERS tiles. splits <= ceil(k / 64).
// Numerics: gemm.cuh; bias, residual and activation in float32, one rounding to T: the same bits in every run.
// Moves 2 n k bytes of weights ceil(m / BM) times and 2 m k of activations ceil(n / BN) times, from DRAM once where L2 holds
// them, 2 m n of output (4 m n with residual), and 8 m n (splits) bytes of partial sums; 2 m n k operations.
#pragma once
#include "gemm.cuh"
#include "matrix_rows.cuh"

extern __shared__ __align__(1024) unsigned char ring[];

#define ENTRY(T, NAME, BM, BN, WM, WN, WK, STAGES)                                                            \
    extern "C" __global__ void __launch_bounds__(32 * WM * WN * WK, BM == 128 ? 2 : 4)                        \
            linear_##BM##x##BN##_##NAME(                                                                      \
                    int m, int n, int k, const T *in, int64_t in_stride, const unsigned char *weight,         \
                    const float *bias, const T *residual, int64_t residual_stride, T *out,                    \
                    int64_t out_stride, unsigned *workspace, int activation) {                                \
        const int k_tiles = (k + 63) / 64;                                                                    \
        const KRange range = k_range(k_tiles);                                                                \
        MatrixRows<T, BM, 32 * WM * WN * WK> input(in, in_stride, m, k, range.begin, threadIdx.x);            \
        Gemm<T, BM, BN, WM, WN, WK, STAGES>::run(                                                             \
                input, k_tiles, range, weight,                                                                \
                {m, n, bias, out, out_stride, residual, residual_stride, workspace, activation}, ring);       \
    }

// Tile, warps along m, n and k, stages.
#define ENTRIES(T, NAME)                                                                                      \
    ENTRY(T, NAME, 128, 128, 2, 2, 1, 3)                                                                      \
    ENTRY(T, NAME, 64, 64, 2, 2, 1, 4)                                                                        \
    ENTRY(T, NAME, 64, 32, 4, 1, 1, 5)                                                                        \
    ENTRY(T, NAME, 64, 16, 4, 1, 1, 6)                                                                        \
    ENTRY(T, NAME, 16, 64, 1, 4, 1, 6)                                                                        \
    ENTRY(T, NAME, 16, 16, 1, 1, 4, 8)
