// targets: sm_80
//
// Convolution of the pixels of RGB images: the first layer of a tower, whose result is a feature map in NHWC.
//
//   out[(b * O + y) * O + x, f] = act(bias[f] + sum over ky, kx, c of W[f, ky, kx, c] * p(b, y * stride - padding + ky, x * stride - padding + kx, c))
//
// convolve_bytes:  in uint8 [B, S, S, 3]; p is a level less center[c], a whole number of at most 255 and exact in every T, and outside[c]
//                  outside of the image: the level that the tower's normalization makes zero, less center[c], rounded to T.
// convolve_floats: in float32 [B, 3, S, S], rounded to T; p is 0 outside of the image.
// W [n, K] of T, row-major: tap (ky, kx), channel c in column ky * R + 3 kx + c with R = 3 kernel rounded up to even, zeros in the other
// columns, K = kernel * R rounded up to 16. bias float32 [n] or null. out [B * O * O, n] of T with a stride, O = (S + 2 padding -
// kernel) / stride + 1. Kernels of up to 7 x 7.
// Launch: grid (ceil(O / 64) * ceil(n / BN), O, B), block 128, dynamic shared memory the larger of (64 + 1) * PITCH<BN> * 4 (the staged
// sums, epilogue.cuh) and the strip and the weights: 16-bit T: kernel * P * 2 rounded up to 16, and BN * (2 K + 16) bytes; float32: kernel
// * P * 4 rounded up to 16, and K * BN * 4 bytes; P = 3 * (63 stride + kernel) + 1 rounded up to even. A block takes 64 pixels of a line
// of the output and BN filters. in is 4-byte aligned, all else 16-byte.
// Numerics: 16-bit T: products exact, sums float32 in the tensor cores' order; float32: fused multiply-adds in the order of K. Bias and
// activation in float32, one rounding to T.
// Moves each pixel ceil(kernel / stride) times ceil(n / BN) from L2 or DRAM, a byte (a float) of each lane side by side; the output once;
// 2 * B * O^2 * n * 3 * kernel^2 operations.
//
//   image --convert--> strip [kernel][P] of T --> fragments: a pixel's window is kernel runs of 3 kernel neighbors, so pairs of columns
//                                                 of an im2col matrix are pairs of neighbors in the strip
#include "cp_async.cuh"
#include "epilogue.cuh"
#include "mma.cuh"

constexpr int THREADS = 128;
constexpr int PIXELS = 64;

struct Geometry {
    int side;
    int out_side;
    int kernel;
    int stride;
    int padding;

    /** Elements of a line of the strip that pixels have. */
    __device__ __forceinline__ int line() const { return 3 * ((PIXELS - 1) * stride + kernel); }
    /** Elements from line to line. */
    __device__ __forceinline__ int pitch() const { return (line() + 2) & ~1; }
    /** Columns of W that a line of a kernel takes. */
    __device__ __forceinline__ int run() const { return (3 * kernel + 1) & ~1; }
    /** Columns of W. */
    __device__ __forceinline__ int columns() const { return (kernel * run() + 15) & ~15; }
};

/** Bytes [B, S, S, 3]. */
struct Bytes {
    const uint8_t *in;
    int center_r, center_g, center_b;
    float outside_r, outside_g, outside_b;

    template <typename T>
    __device__ __forceinline__ void fill(T *strip, const Geometry &g, int image, int top, int left) const {
        for (int ky = 0; ky < g.kernel; ky++) {
            const int y = top + ky;
            const uint8_t *row = in + ((int64_t) image * g.side + y) * g.side * 3;
            for (int i = threadIdx.x; i < g.pitch(); i += THREADS) {
                const int pixel = i / 3;
                const int c = i - 3 * pixel;
                const int x = left + pixel;
                float value = c == 0 ? outside_r : c == 1 ? outside_g : outside_b;
                if (y >= 0 && y < g.side && x >= 0 && x < g.side) {
                    value = static_cast<float>(row[3 * x + c] - (c == 0 ? center_r : c == 1 ? center_g : center_b));
                }
                strip[ky * g.pitch() + i] = from_float<T>(value);
            }
        }
    }
};

/** Floats [B, 3, S, S]. */
struct Floats {
    const float *in;

    template <typename T>
    __device__ __forceinline__ void fill(T *strip, const Geometry &g, int image, int top, int left) const {
        for (int ky = 0; ky < g.kernel; ky++) {
            const int y = top + ky;
            for (int c = 0; c < 3; c++) {
                const float *row = in + (((int64_t) image * 3 + c) * g.side + y) * g.side;
                for (int pixel = threadIdx.x; 3 * pixel + c < g.pitch(); pixel += THREADS) {
                    const int x = left + pixel;
                    const bool inside = y >= 0 && y < g.side && x >= 0 && x < g.side;
                    strip[ky * g.pitch() + 3 * pixel + c] = from_float<T>(inside ? row[x] : 0.0f);
                }
            }
        }
    }
};

/** Two neighbors of the strip as a register of A; `even` says that they begin at an even element. */
template <typename T>
__device__ __forceinline__ uint32_t pair_at(const T *strip, int at, bool even) {
    if (even) {
        return *reinterpret_cast<const uint32_t *>(strip + at);
    }
    const uint16_t *halves = reinterpret_cast<const uint16_t *>(strip) + at;
    return halves[0] | static_cast<uint32_t>(halves[1]) << 16;
}

/** Sums on tensor cores: a warp has 16 pixels and BN filters. */
template <typename T, int BN>
struct Sums {
    static __device__ __forceinline__ void load_weights(
            unsigned char *to, const T *weight, const Geometry &g, int n, int column0) {
        const int columns = g.columns();
        const int packs = columns / PACK<T>;
        for (int i = threadIdx.x; i < BN * packs; i += THREADS) {
            const int filter = i / packs;
            const int pack = i - filter * packs;
            Pack<T> values{};
            if (column0 + filter < n) {
                values = Pack<T>::load(weight + (int64_t) (column0 + filter) * columns + pack * PACK<T>);
            }
            values.store(reinterpret_cast<T *>(to + filter * (columns * 2 + 16)) + pack * PACK<T>);
        }
    }

    static __device__ __forceinline__ void run(
            const T *strip, const unsigned char *weights, const Geometry &g, float *staged) {
        const int lane = threadIdx.x % 32;
        const int pixel = threadIdx.x / 32 * 16 + lane / 4;
        const int first = pixel * g.stride * 3;
        const int second = first + 8 * g.stride * 3;
        const bool even = g.stride % 2 == 0;
        const int pitch_bytes = g.columns() * 2 + 16;
        const uint32_t b_at = shared_address(weights) + (lane / 16 * 8 + lane % 8) * pitch_bytes + lane / 8 % 2 * 16;
        auto place = [&](int column) {
            const int ky = column / g.run();
            return ky < g.kernel ? ky * g.pitch() + column - ky * g.run() : 0;
        };
        float sums[BN / 8][4];
#pragma unroll
        for (int j = 0; j < BN / 8; j++) {
#pragma unroll
            for (int e = 0; e < 4; e++) {
                sums[j][e] = 0;
            }
        }
#pragma unroll 1
        for (int k = 0; k < g.columns(); k += 16) {
            const int low = place(k + lane % 4 * 2);
            const int high = place(k + lane % 4 * 2 + 8);
            const uint32_t a[4] = {pair_at(strip, first + low, even), pair_at(strip, second + low, even),
                                   pair_at(strip, first + high, even), pair_at(strip, second + high, even)};
#pragma unroll
            for (int j = 0; j < BN / 16; j++) {
                uint32_t b[4];
                load_matrices(b, b_at + j * 16 * pitch_bytes + k * 2);
                multiply_add<T>(sums[2 * j], a, b[0], b[1]);
                multiply_add<T>(sums[2 * j + 1], a, b[2], b[3]);
            }
        }
        // Nobody reads the strip and the weights any more.
        __syncthreads();
        float *mine = staged + pixel * PITCH<BN> + lane % 4 * 2;
#pragma unroll
        for (int j = 0; j < BN / 8; j++) {
            stage_pair(mine + j * 8, sums[j][0], sums[j][1]);
            stage_pair(mine + 8 * PITCH<BN> + j * 8, sums[j][2], sums[j][3]);
        }
    }
};

/** Sums by fused multiply-adds: a thread has a pixel and half the filters. */
template <int BN>
struct Sums<float, BN> {
    static constexpr int MINE = BN / 2;

    static __device__ __forceinline__ void load_weights(
            unsigned char *to, const float *weight, const Geometry &g, int n, int column0) {
        const int columns = g.columns();
        for (int i = threadIdx.x; i < BN * columns; i += THREADS) {
            const int filter = i / columns;
            const int k = i - filter * columns;
            reinterpret_cast<float *>(to)[k * BN + filter] =
                    column0 + filter < n ? weight[(int64_t) (column0 + filter) * columns + k] : 0.0f;
        }
    }

    static __device__ __forceinline__ void run(
            const float *strip, const unsigned char *weights, const Geometry &g, float *staged) {
        const int pixel = threadIdx.x % PIXELS;
        const int filter = threadIdx.x / PIXELS * MINE;
        float sums[MINE];
#pragma unroll
        for (int j = 0; j < MINE; j++) {
            sums[j] = 0;
        }
        for (int ky = 0; ky < g.kernel; ky++) {
            const float *window = strip + ky * g.pitch() + pixel * g.stride * 3;
            const float *line = reinterpret_cast<const float *>(weights) + ky * g.run() * BN + filter;
#pragma unroll 1
            for (int i = 0; i < 3 * g.kernel; i++) {
                const float x = window[i];
#pragma unroll
                for (int j = 0; j < MINE; j += 4) {
                    const float4 w = *reinterpret_cast<const float4 *>(line + i * BN + j);
                    sums[j] = fmaf(x, w.x, sums[j]);
                    sums[j + 1] = fmaf(x, w.y, sums[j + 1]);
                    sums[j + 2] = fmaf(x, w.z, sums[j + 2]);
                    sums[j + 3] = fmaf(x, w.w, sums[j + 3]);
                }
            }
        }
        __syncthreads();
        float4 *mine = reinterpret_cast<float4 *>(staged + pixel * PITCH<BN> + filter);
#pragma unroll
        for (int j = 0; j < MINE; j += 4) {
            mine[j / 4] = make_float4(sums[j], sums[j + 1], sums[j + 2], sums[j + 3]);
        }
    }
};

extern __shared__ __align__(16) unsigned char memory[];

template <typename T, int BN, typename Source>
__device__ __forceinline__ void convolve_pixels(
        const Source &source, const Geometry &g, const T *weight, Output<T> output) {
    const int segments = (g.out_side + PIXELS - 1) / PIXELS;
    const int x0 = blockIdx.x % segments * PIXELS;
    const int column0 = blockIdx.x / segments * BN;
    const int y = blockIdx.y;
    const int image = blockIdx.z;
    const int row0 = (image * g.out_side + y) * g.out_side + x0;
    T *strip = reinterpret_cast<T *>(memory);
    unsigned char *weights = memory + ((g.kernel * g.pitch() * (int) sizeof(T) + 15) & ~15);
    source.fill(strip, g, image, y * g.stride - g.padding, x0 * g.stride - g.padding);
    Sums<T, BN>::load_weights(weights, weight, g, output.n, column0);
    const float bias = fetch_bias<T, BN>(output, column0, threadIdx.x);
    __syncthreads();
    float *staged = reinterpret_cast<float *>(memory);
    Sums<T, BN>::run(strip, weights, g, staged);
    stage_bias<PIXELS, BN, 1>(staged, bias, threadIdx.x);
    __syncthreads();
    output.m = row0 + min(PIXELS, g.out_side - x0);
    finish_tile<T, PIXELS, BN, THREADS, 1>(staged, output, row0, column0, 0, 0, 1, threadIdx.x);
}

#define ENTRY(T, NAME, BN)                                                                                           \
    extern "C" __global__ void __launch_bounds__(THREADS) convolve_bytes_##BN##_##NAME(                              \
            int n, int side, int out_side, int kernel, int stride, int padding, const uint8_t *in, int center_r,     \
            int center_g, int center_b, float outside_r, float outside_g, float outside_b, const T *weight,          \
            const float *bias, T *out, int64_t out_stride, int activation) {                                         \
        convolve_pixels<T, BN>(                                                                                      \
                Bytes{in, center_r, center_g, center_b, outside_r, outside_g, outside_b},                            \
                {side, out_side, kernel, stride, padding}, weight,                                                   \
                {0, n, bias, out, out_stride, nullptr, 0, nullptr, activation});                                     \
    }                                                                                                                \
    extern "C" __global__ void __launch_bounds__(THREADS) convolve_floats_##BN##_##NAME(                             \
            int n, int side, int out_side, int kernel, int stride, int padding, const float *in, const T *weight,    \
            const float *bias, T *out, int64_t out_stride, int activation) {                                         \
        convolve_pixels<T, BN>(                                                                                      \
                Floats{in}, {side, out_side, kernel, stride, padding}, weight,                                       \
                {0, n, bias, out, out_stride, nullptr, 0, nullptr, activation});                                     \
    }

#define ALL(T, NAME)   \
    ENTRY(T, NAME, 32) \
    ENTRY(T, NAME, 64)

ALL(__half, f16)
ALL(__nv_bfloat16, bf16)
ALL(float, f32)
