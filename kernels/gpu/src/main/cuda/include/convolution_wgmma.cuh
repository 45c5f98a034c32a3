// Convolution of images on Hopper: out = act(scale (in * W) + bias + residual), or the mean of that over 2 x 2 pixels.
//
// Operands, order of W's columns, pooling and sizes: convolution.cuh. The windows of in are gathered by cp.async, zeros where they
// leave the image; W comes by bulk copies.
// Launch: grid (ceil(n / BN), ceil(m / BM), splits) with m rows of the product: the output's pixels, all four of a pooled one; block
// 2 BM + 64 with BM 64 or 128, dynamic shared memory STAGES * (BM + BN) * 128 + 16 * STAGES + 8 * BM bytes; everything 16-byte
// aligned; with splits > 1 a workspace (epilogue.cuh) and at most COUNTERS tiles. splits <= ceil(kernel_height * kernel_width * C / 64).
// Numerics: gemm_wgmma.cuh; bias, residual, activation and mean in float32, one rounding to T: the same bits in every run.
// Moves the input, 2 images * height * width * channels bytes, once from DRAM and kernel_height * kernel_width * ceil(n / BN) /
// stride^2 times from L2 or, where taps of one block overlap, L1; 2 n k bytes of weights ceil(m / BM) times; the output once (a
// residual as well), and 8 m n (splits) bytes of partial sums; 2 m n kernel_height kernel_width channels operations.
#pragma once
#include "gemm_wgmma.cuh"
#include "pixel_rows.cuh"

extern __shared__ __align__(1024) unsigned char ring[];

#define ENTRY(T, NAME, BM, BN, STAGES, BLOCKS)                                                                \
    extern "C" __global__ void __launch_bounds__(2 * BM + 64, BLOCKS)                                         \
            convolution_wgmma_##BM##x##BN##_##NAME(                                                           \
                    int m, int n, int height, int width, int channels, int out_height, int out_width,         \
                    int kernel_height, int kernel_width, int stride, int padding, int pool, const T *in,      \
                    int64_t in_stride, const unsigned char *weight, const float *scale, const float *bias,    \
                    const T *residual, int64_t residual_stride, T *out, int64_t out_stride,                   \
                    unsigned *workspace, int activation) {                                                    \
        using Group = GroupGemm<T, BM, BN, STAGES>;                                                           \
        const Windows windows{height,        width,        channels, out_height, out_width,                   \
                              kernel_height, kernel_width, stride,   padding,    pool};                       \
        const int k_tiles = windows.k_tiles<T>();                                                             \
        const KRange range = k_range(k_tiles);                                                                \
        auto *described = reinterpret_cast<RowWindow *>(ring + Group::RING_BYTES);                            \
        describe_rows<T, BM>(described, in_stride, windows, m, threadIdx.x, 2 * BM + Group::PRODUCERS);       \
        auto input = [&](int thread) {                                                                        \
            return PixelRows<T, BM, Group::PRODUCERS>(                                                        \
                    in, in_stride, windows, described, range.begin, thread);                                  \
        };                                                                                                    \
        Group::run<4, true>(                                                                                     \
                input, k_tiles, range, weight,                                                                \
                {m, n, bias, out, out_stride, residual, residual_stride, workspace, activation, scale}, ring, \
                pool > 1);                                                                                    \
    }

// Tile, stages, blocks of an SM.
#define ENTRIES(T, NAME)                                                                                      \
    ENTRY(T, NAME, 64, 64, 6, 2)                                                                              \
    ENTRY(T, NAME, 64, 128, 4, 2)                                                                             \
    ENTRY(T, NAME, 128, 64, 4, 2)                                                                             \
    ENTRY(T, NAME, 128, 128, 3, 2)                                                                            \
    ENTRY(T, NAME, 128, 256, 4, 1)
