// targets: sm_80
//
// Means over the rows of images.
//
//   average_patches: out[b, :] = sum over t from `first` to n of in[b * n + t, :] / (n - first)
//   average_pool:    out[(b * oh + y) * ow + x, :] = the mean of in[(b * height + k y + i) * width + k x + j, :] over i, j < k,
//                    oh = height / k, ow = width / k; what is left over at the right and below does not count
//   mean_tokens:     out[b * (n + 1), :] = positions[0, :] + mean over t of in[b * n + t, :]
//                    out[b * (n + 1) + 1 + t, :] = positions[1 + t, :] + in[b * n + t, :]
//
// average_patches: in [images * n, columns], out [images, columns]; `first` is 1 where a class token stands before the patches.
// average_pool: feature maps, a row for each pixel. mean_tokens: the tokens of attention pooling: in [images * n, columns], positions
// [n + 1, columns], out [images * (n + 1), columns]. All of T, each with a stride; out is apart from the others.
// Launch: average_patches, mean_tokens: grid (columns over 128, images), block = 256: 32 lanes of a quad each by 8 groups of rows; 4 KiB
// of static shared memory. average_pool: grid = packs of 16 bytes of out over 256, block = 256, no shared memory; in has fewer than 2^31
// packs. Rows are 16-byte aligned.
// Numerics: fp32 sums; of tokens one of every eighth per group, the groups added in order; then divided (positions added) and rounded
// once. average_pool adds line by line.
// Moves in once, positions once for each image, and out; an operation per element of in.
#include "quad.cuh"

constexpr int LANES = 32;
constexpr int GROUPS = 8;

/** Adds up the sums of all groups for the quad of group 0's lanes, in order. All threads call it. */
__device__ __forceinline__ void add_groups(Four &sum) {
    __shared__ float4 partial[GROUPS][LANES];
    const int lane = threadIdx.x % LANES;
    const int group = threadIdx.x / LANES;
    partial[group][lane] = make_float4(sum.x[0], sum.x[1], sum.x[2], sum.x[3]);
    __syncthreads();
    if (group == 0) {
        for (int other = 1; other < GROUPS; other++) {
            const float4 more = partial[other][lane];
            sum.x[0] += more.x;
            sum.x[1] += more.y;
            sum.x[2] += more.z;
            sum.x[3] += more.w;
        }
    }
}

template <typename T>
__device__ __forceinline__ void average_patches(
        int tokens, int first, int columns, const T *in, int in_stride, T *out, int out_stride) {
    const int group = threadIdx.x / LANES;
    const int column = 4 * (blockIdx.x * LANES + threadIdx.x % LANES);
    Four sum{};
    if (column < columns) {
        const T *image = in + (int64_t) blockIdx.y * tokens * in_stride;
        for (int token = first + group; token < tokens; token += GROUPS) {
            const Four four = load_quad<false>(image + (int64_t) token * in_stride, column, columns);
#pragma unroll
            for (int j = 0; j < 4; j++) {
                sum.x[j] += four.x[j];
            }
        }
    }
    add_groups(sum);
    if (group == 0 && column < columns) {
        const float count = static_cast<float>(tokens - first);
#pragma unroll
        for (int j = 0; j < 4; j++) {
            sum.x[j] /= count;
        }
        store_quad(out + (int64_t) blockIdx.y * out_stride, column, sum);
    }
}

template <typename T>
__device__ __forceinline__ void mean_tokens(
        int tokens, int columns, const T *in, int in_stride, const T *positions, int position_stride, T *out, int out_stride) {
    const int group = threadIdx.x / LANES;
    const int column = 4 * (blockIdx.x * LANES + threadIdx.x % LANES);
    T *image_out = out + (int64_t) blockIdx.y * (tokens + 1) * out_stride;
    auto store_with_position = [&](Four four, int token) {
        const Four position = load_quad<false>(positions + (int64_t) token * position_stride, column, columns);
#pragma unroll
        for (int j = 0; j < 4; j++) {
            four.x[j] += position.x[j];
        }
        store_quad(image_out + (int64_t) token * out_stride, column, four);
    };
    Four sum{};
    if (column < columns) {
        const T *image = in + (int64_t) blockIdx.y * tokens * in_stride;
        for (int token = group; token < tokens; token += GROUPS) {
            const Four four = load_quad<false>(image + (int64_t) token * in_stride, column, columns);
#pragma unroll
            for (int j = 0; j < 4; j++) {
                sum.x[j] += four.x[j];
            }
            store_with_position(four, token + 1);
        }
    }
    add_groups(sum);
    if (group == 0 && column < columns) {
        const float count = static_cast<float>(tokens);
#pragma unroll
        for (int j = 0; j < 4; j++) {
            sum.x[j] /= count;
        }
        store_with_position(sum, 0);
    }
}

template <typename T>
__device__ __forceinline__ void average_pool(
        int rows, int columns, int height, int width, int pool, const T *in, int in_stride, T *out, int out_stride) {
    const int packs = (columns + PACK<T> - 1) / PACK<T>;
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    const int row = i / packs;
    if (row >= rows) {
        return;
    }
    const int column = (i - row * packs) * PACK<T>;
    const int across = width / pool;
    const int down = height / pool;
    const int line = row / across;
    const int image = line / down;
    const int y = (line - image * down) * pool;
    const int x = (row - line * across) * pool;
    const T *from = in + (((int64_t) image * height + y) * width + x) * in_stride + column;
    float sum[PACK<T>] = {};
    for (int dy = 0; dy < pool; dy++) {
        for (int dx = 0; dx < pool; dx++) {
            const Pack<T> pack = Pack<T>::load(from + ((int64_t) dy * width + dx) * in_stride);
#pragma unroll
            for (int j = 0; j < PACK<T>; j++) {
                sum[j] += column + j < columns ? to_float(pack.values[j]) : 0.0f;
            }
        }
    }
    const float count = static_cast<float>(pool * pool);
    Pack<T> result;
#pragma unroll
    for (int j = 0; j < PACK<T>; j++) {
        result.values[j] = from_float<T>(sum[j] / count);
    }
    result.store(out + (int64_t) row * out_stride + column);
}

#define ENTRY(T, NAME)                                                                                                 \
    extern "C" __global__ void __launch_bounds__(256) average_patches_##NAME(                                          \
            int tokens, int first, int columns, const T *in, int in_stride, T *out, int out_stride) {                  \
        average_patches(tokens, first, columns, in, in_stride, out, out_stride);                                       \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(256) mean_tokens_##NAME(                                              \
            int tokens, int columns, const T *in, int in_stride, const T *positions, int position_stride, T *out,      \
            int out_stride) {                                                                                          \
        mean_tokens(tokens, columns, in, in_stride, positions, position_stride, out, out_stride);                      \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(256) average_pool_##NAME(                                             \
            int rows, int columns, int height, int width, int pool, const T *in, int in_stride, T *out,                \
            int out_stride) {                                                                                          \
        average_pool(rows, columns, height, width, pool, in, in_stride, out, out_stride);                              \
    }

ENTRY(__half, f16)
ENTRY(__nv_bfloat16, bf16)
ENTRY(float, f32)
