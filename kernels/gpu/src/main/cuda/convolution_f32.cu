// targets: sm_80
//
// Convolution of images in float32 without tensor cores: out = act(scale (in * W) + bias + residual), or the mean of that over 2 x 2 pixels.
//
// in [images * height * width, channels] and out [images * out_height * out_width, n] of T = float32, a row for each pixel (NHWC), rows
// 16-byte aligned; W [n, kernel_height * kernel_width * C] in packed tiles (tile.cuh), its columns as pixel_rows.cuh has them; scale,
// bias float32 [n] or null; residual as out, or null, and it may be out. Pooled, out has the pixels of the map halved in both directions,
// a last odd line or column left out, and there is no residual. Any sizes, strides and paddings of kernels of up to 7 x 7 taps.
//
// It is the product of an im2col matrix, whose rows are gathered tap by tap while they are copied into shared memory, with W.
// Launch: grid (ceil(n / 64), ceil(m / BM), splits) with m rows of the product: the output's pixels, all four of a pooled one; block 128,
// dynamic shared memory STAGES * (BM + 64) * 128 + 8 * BM bytes; everything 16-byte aligned; with splits > 1 a workspace
// (epilogue.cuh) and at most COUNTERS tiles. splits <= ceil(kernel_height * kernel_width * C / 32).
// Numerics: gemm_float.cuh; bias, residual, activation and mean in float32.
// Moves the input, 4 images * height * width * channels bytes, once from DRAM and kernel_height * kernel_width * ceil(n / 64) /
// stride^2 times from L2 or, where taps of one block overlap, L1; 4 n k bytes of weights ceil(m / BM) times; the output once (a
// residual as well), and 8 m n (splits) bytes of partial sums; 2 m n kernel_height kernel_width channels operations.
#include "gemm_float.cuh"
#include "pixel_rows.cuh"

extern __shared__ __align__(1024) unsigned char ring[];

#define ENTRY(BM, STAGES)                                                                                     \
    extern "C" __global__ void __launch_bounds__(128, BM == 128 ? 2 : 5) convolution_##BM##x64_f32(           \
            int m, int n, int height, int width, int channels, int out_height, int out_width,                 \
            int kernel_height, int kernel_width, int stride, int padding, int pool, const float *in,          \
            int64_t in_stride, const unsigned char *weight, const float *scale, const float *bias,            \
            const float *residual, int64_t residual_stride, float *out, int64_t out_stride,                   \
            unsigned *workspace, int activation) {                                                            \
        const Windows windows{height,        width,        channels, out_height, out_width,                   \
                              kernel_height, kernel_width, stride,   padding,    pool};                       \
        const int k_tiles = windows.k_tiles<float>();                                                         \
        const KRange range = k_range(k_tiles);                                                                \
        auto *described = reinterpret_cast<RowWindow *>(ring + STAGES * (BM + 64) * ROW_BYTES);               \
        describe_rows<float, BM>(described, in_stride, windows, m, threadIdx.x, 128);                         \
        __syncthreads();                                                                                      \
        PixelRows<float, BM, 128> input(in, in_stride, windows, described, range.begin, threadIdx.x);         \
        GemmFloat<BM, STAGES>::run<4, true>(                                                                     \
                input, k_tiles, range, weight,                                                                \
                {m, n, bias, out, out_stride, residual, residual_stride, workspace, activation, scale}, ring, \
                pool > 1);                                                                                    \
    }

ENTRY(128, 3)
ENTRY(32, 4)
