// Linear layer for many rows on Hopper: out = act(in W^T + bias + residual).
//
// in [m, k] and out [m, n] row-major T (f16, bf16), their rows 16-byte aligned; W [n, k] in packed tiles (tile.cuh); bias
// float32 [n] or null; residual [m, n] or null, it may be out. Any m, n, k.
// Launch: grid (ceil(n / BN), ceil(m / BM), splits), block 2 BM + 64 with BM 64 or 128, dynamic shared memory
// STAGES * (BM + BN) * 128 + 16 * STAGES bytes; everything 16-byte aligned; with splits > 1 a workspace (epilogue.cuh) and at
// most COUNTERS tiles. splits <= ceil(k / 64).
// Numerics: gemm_wgmma.cuh; bias, residual and activation in float32, one rounding to T: the same bits in every run.
// Moves 2 n k bytes of weights ceil(m / BM) times and 2 m k of activations ceil(n / BN) times, from DRAM once where L2 holds
// them, 2 m n of output (4 m n with residual), and 8 m n (splits) bytes of partial sums; 2 m n k operations.
#pragma once
#include "gemm_wgmma.cuh"
#include "matrix_rows.cuh"

extern __shared__ __align__(1024) unsigned char ring[];

#define ENTRY(T, NAME, BM, BN, STAGES, BLOCKS)                                                                \
    extern "C" __global__ void __launch_bounds__(2 * BM + 64, BLOCKS) linear_wgmma_##BM##x##BN##_##NAME(      \
            int m, int n, int k, const T *in, int64_t in_stride, const unsigned char *weight,                 \
            const float *bias, const T *residual, int64_t residual_stride, T *out, int64_t out_stride,        \
            unsigned *workspace, int activation) {                                                            \
        using Group = GroupGemm<T, BM, BN, STAGES>;                                                           \
        const int k_tiles = (k + 63) / 64;                                                                    \
        const KRange range = k_range(k_tiles);                                                                \
        auto input = [&](int thread) {                                                                        \
            return MatrixRows<T, BM, Group::PRODUCERS>(in, in_stride, m, k, range.begin, thread);             \
        };                                                                                                    \
        Group::run<1>(                                                                                        \
                input, k_tiles, range, weight,                                                                \
                {m, n, bias, out, out_stride, residual, residual_stride, workspace, activation}, ring,        \
                false);                                                                                       \
    }

// Tile, stages, blocks of an SM.
#define ENTRIES(T, NAME)                                                                                      \
    ENTRY(T, NAME, 64, 64, 6, 2)                                                                              \
    ENTRY(T, NAME, 64, 128, 4, 2)                                                                             \
    ENTRY(T, NAME, 128, 64, 4, 2)                                                                             \
    ENTRY(T, NAME, 128, 128, 3, 2)                                                                            \
    ENTRY(T, NAME, 128, 256, 4, 1)
