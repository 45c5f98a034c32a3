// targets: sm_80
//
// From embeddings to probabilities, in fp32.
//
//   normalize:    out[r, :] = in[r, :] / max(|in[r, :]|, eps), the length in the sense of L2
//   logits:       out[i, t] = scale * sum over e of images[i, e] * texts[t, e] + bias
//   softmax_rows: out[r, c] = exp(in[r, c] - top) / sum over c of exp(in[r, c] - top), top the largest of row r
//   sigmoid:      out[r, c] = 1 / (1 + exp(-in[r, c]))
//
// normalize: in [rows, columns] of T; everything else fp32, each matrix with a stride. softmax and sigmoid in place are allowed.
// Launch: normalize: a warp per row, block = 128, grid = rows over 4. logits: tiles of 32 x 32, grid (texts over 32, images over 32),
// block = 64, 9,216 bytes of static shared memory. softmax_rows: grid = rows, block = 256, 32 bytes of static shared memory. sigmoid:
// grid (columns over 256, rows), block = 256. Rows are 16-byte aligned.
// Numerics: fp32 fma, sums in a fixed order; square root, division and exponential accurate to a unit of the last place or two.
// Moves each input once and each output once (logits: images and texts once per tile of the other); logits 2 * images * texts * columns
// operations.
#include "quad.cuh"
#include "reduce.cuh"

constexpr int ROWS_PER_BLOCK = 4;
constexpr int TILE = 32;
constexpr int STEP = 32;
constexpr int PITCH = STEP + 4;
constexpr int LOGITS_THREADS = 64;
constexpr int SOFTMAX_WARPS = 8;

template <typename T>
__device__ __forceinline__ void normalize(
        int rows, int columns, float eps, const T *in, int in_stride, float *out, int out_stride) {
    const int row = blockIdx.x * ROWS_PER_BLOCK + threadIdx.x / WARP;
    if (row >= rows) {
        return;
    }
    const T *from = in + (int64_t) row * in_stride;
    float sum = 0.0f;
    for (int column = 4 * (threadIdx.x % WARP); column < columns; column += 4 * WARP) {
        const Four four = load_quad<false>(from, column, columns);
#pragma unroll
        for (int j = 0; j < 4; j++) {
            sum = fmaf(four.x[j], four.x[j], sum);
        }
    }
    const float length = fmaxf(sqrtf(reduce_warp<Sum>(sum)), eps);
    for (int column = 4 * (threadIdx.x % WARP); column < columns; column += 4 * WARP) {
        Four four = load_quad<false>(from, column, columns);
#pragma unroll
        for (int j = 0; j < 4; j++) {
            four.x[j] /= length;
        }
        store_quad(out + (int64_t) row * out_stride, column, four);
    }
}

#define NORMALIZE(T, NAME)                                                                                         \
    extern "C" __global__ void __launch_bounds__(128) normalize_##NAME(                                            \
            int rows, int columns, float eps, const T *in, int in_stride, float *out, int out_stride) {            \
        normalize(rows, columns, eps, in, in_stride, out, out_stride);                                             \
    }

NORMALIZE(__half, f16)
NORMALIZE(__nv_bfloat16, bf16)
NORMALIZE(float, f32)

/** Copies 32 rows of 32 columns; what lies outside the matrix becomes 0. */
__device__ __forceinline__ void stage(
        float (&to)[TILE][PITCH], const float *from, int stride, int row0, int rows, int column0, int columns) {
    for (int i = threadIdx.x; i < TILE * STEP / 4; i += LOGITS_THREADS) {
        const int row = i / (STEP / 4);
        const int column = i % (STEP / 4) * 4;
        Four four{};
        if (row0 + row < rows && column0 + column < columns) {
            four = load_quad<false>(from + (int64_t) (row0 + row) * stride, column0 + column, columns);
        }
        *reinterpret_cast<float4 *>(&to[row][column]) = make_float4(four.x[0], four.x[1], four.x[2], four.x[3]);
    }
}

extern "C" __global__ void __launch_bounds__(LOGITS_THREADS) logits_f32(
        int images, int texts, int columns, float scale, float bias, const float *image, int image_stride,
        const float *text, int text_stride, float *out, int out_stride) {
    __shared__ float left[TILE][PITCH];
    __shared__ float right[TILE][PITCH];
    const int image0 = blockIdx.y * TILE;
    const int text0 = blockIdx.x * TILE;
    const int y = threadIdx.x / 8;
    const int x = threadIdx.x % 8;
    float sum[4][4] = {};
    for (int column0 = 0; column0 < columns; column0 += STEP) {
        stage(left, image, image_stride, image0, images, column0, columns);
        stage(right, text, text_stride, text0, texts, column0, columns);
        __syncthreads();
#pragma unroll
        for (int k = 0; k < STEP; k += 4) {
            float4 a[4];
            float4 b[4];
#pragma unroll
            for (int i = 0; i < 4; i++) {
                a[i] = *reinterpret_cast<const float4 *>(&left[y + 8 * i][k]);
                b[i] = *reinterpret_cast<const float4 *>(&right[x + 8 * i][k]);
            }
#pragma unroll
            for (int i = 0; i < 4; i++) {
#pragma unroll
                for (int j = 0; j < 4; j++) {
                    sum[i][j] = fmaf(a[i].x, b[j].x, sum[i][j]);
                    sum[i][j] = fmaf(a[i].y, b[j].y, sum[i][j]);
                    sum[i][j] = fmaf(a[i].z, b[j].z, sum[i][j]);
                    sum[i][j] = fmaf(a[i].w, b[j].w, sum[i][j]);
                }
            }
        }
        __syncthreads();
    }
#pragma unroll
    for (int i = 0; i < 4; i++) {
#pragma unroll
        for (int j = 0; j < 4; j++) {
            const int row = image0 + y + 8 * i;
            const int column = text0 + x + 8 * j;
            if (row < images && column < texts) {
                out[(int64_t) row * out_stride + column] = fmaf(scale, sum[i][j], bias);
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(256) softmax_rows_f32(
        int columns, const float *in, int in_stride, float *out, int out_stride) {
    __shared__ float scratch[SOFTMAX_WARPS];
    const float *from = in + (int64_t) blockIdx.x * in_stride;
    float *to = out + (int64_t) blockIdx.x * out_stride;
    float top = -__builtin_huge_valf();
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        top = fmaxf(top, from[c]);
    }
    top = reduce_block<Maximum, SOFTMAX_WARPS>(top, scratch);
    float sum = 0.0f;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        sum += expf(from[c] - top);
    }
    sum = reduce_block<Sum, SOFTMAX_WARPS>(sum, scratch);
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        to[c] = expf(from[c] - top) / sum;
    }
}

extern "C" __global__ void __launch_bounds__(256) sigmoid_f32(
        int columns, const float *in, int in_stride, float *out, int out_stride) {
    const int c = blockIdx.x * blockDim.x + threadIdx.x;
    if (c < columns) {
        out[(int64_t) blockIdx.y * out_stride + c] = 1.0f / (1.0f + expf(-in[(int64_t) blockIdx.y * in_stride + c]));
    }
}
