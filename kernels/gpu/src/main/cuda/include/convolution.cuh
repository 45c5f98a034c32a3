// Convolution of images on tensor cores: out = act(scale (in * W) + bias + residual), or the mean of that over 2 x 2 pixels.
//
// in [images * height * width, channels] and out [images * out_height * out_width, n] of T (f16, bf16), a row for each pixel (NHWC), rows
// 16-byte aligned; W [n, kernel_height * kernel_width * C] in packed tiles (tile.cuh), its columns as pixel_rows.cuh has them; scale,
// bias float32 [n] or null; residual as out, or null, and it may be out. Pooled, out has the pixels of the map halved in both directions,
// a last odd line or column left out, and there is no residual. Any sizes, strides and paddings of kernels of up to 7 x 7 taps.
//
// It is the product of an im2col matrix, whose rows are gathered tap by tap while they are copied into shared memory, with W.
// Launch: grid (ceil(n / BN), ceil(m / BM), splits) with m rows of the product: the output's pixels, all four of a pooled one; block
// WM * WN warps, dynamic shared memory STAGES * (BM + BN) * 128 + 8 * BM bytes; everything 16-byte aligned; with splits > 1 a
// workspace (epilogue.cuh) and at most COUNTERS tiles. splits <= ceil(kernel_height * kernel_width * C / 64).
// Numerics: gemm.cuh; bias, residual, activation and mean in float32, one rounding to T: the same bits in every run.
// Moves the input, 2 images * height * width * channels bytes, once from DRAM and kernel_height * kernel_width * ceil(n / BN) /
// stride^2 times from L2 or, where taps of one block overlap, L1; 2 n k bytes of weights ceil(m / BM) times; the output once (a
// residual as well), and 8 m n (splits) bytes of partial sums; 2 m n kernel_height kernel_width channels operations.
#pragma once
#include "gemm.cuh"
#include "pixel_rows.cuh"

extern __shared__ __align__(1024) unsigned char ring[];

#define ENTRY(T, NAME, BM, BN, WM, WN, STAGES)                                                                \
    extern "C" __global__ void __launch_bounds__(32 * WM * WN, BM == 128 ? 2 : 4)                             \
            convolution_##BM##x##BN##_##NAME(                                                                 \
                    int m, int n, int height, int width, int channels, int out_height, int out_width,         \
                    int kernel_height, int kernel_width, int stride, int padding, int pool, const T *in,      \
                    int64_t in_stride, const unsigned char *weight, const float *scale, const float *bias,    \
                    const T *residual, int64_t residual_stride, T *out, int64_t out_stride,                   \
                    unsigned *workspace, int activation) {                                                    \
        const Windows windows{height,        width,        channels, out_height, out_width,                   \
                              kernel_height, kernel_width, stride,   padding,    pool};                       \
        const int k_tiles = windows.k_tiles<T>();                                                             \
        const KRange range = k_range(k_tiles);                                                                \
        auto *described = reinterpret_cast<RowWindow *>(ring + STAGES * (BM + BN) * ROW_BYTES);               \
        describe_rows<T, BM>(described, in_stride, windows, m, threadIdx.x, 32 * WM * WN);                    \
        __syncthreads();                                                                                      \
        PixelRows<T, BM, 32 * WM * WN> input(in, in_stride, windows, described, range.begin, threadIdx.x);    \
        Gemm<T, BM, BN, WM, WN, 1, STAGES>::template run<4, true>(                                               \
                input, k_tiles, range, weight,                                                                \
                {m, n, bias, out, out_stride, residual, residual_stride, workspace, activation, scale}, ring, \
                pool > 1);                                                                                    \
    }

// Tile, warps along m and n, stages.
#define ENTRIES(T, NAME)                                                                                      \
    ENTRY(T, NAME, 128, 128, 2, 2, 3)                                                                         \
    ENTRY(T, NAME, 128, 64, 2, 2, 3)                                                                          \
    ENTRY(T, NAME, 128, 32, 4, 1, 4)                                                                          \
    ENTRY(T, NAME, 64, 64, 2, 2, 4)                                                                           \
    ENTRY(T, NAME, 64, 32, 4, 1, 5)
