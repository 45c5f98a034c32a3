// targets: sm_80
//
// Pooling by the mean of the patch tokens.
//
//   out[b, :] = sum over t from `first` to n of in[b * n + t, :] / (n - first)
//
// in [images * n, columns], out [images, columns] of T, each with a stride; `first` is 1 where a class token stands before the patches.
// Launch: grid (columns over 128, images), block = 256: 32 lanes of a quad each by 8 groups of rows; 4 KiB of static shared memory.
// Rows are 16-byte aligned.
// Numerics: fp32 sums, one of every eighth token per group, the groups added in order, then divided and rounded once.
// Moves images * (n - first + 1) * columns * sizeof(T) bytes; an operation per element.
#include "quad.cuh"

constexpr int LANES = 32;
constexpr int GROUPS = 8;

template <typename T>
__device__ __forceinline__ void average_patches(
        int tokens, int first, int columns, const T *in, int in_stride, T *out, int out_stride) {
    __shared__ float4 partial[GROUPS][LANES];
    const int lane = threadIdx.x % LANES;
    const int group = threadIdx.x / LANES;
    const int column = 4 * (blockIdx.x * LANES + lane);
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
    partial[group][lane] = make_float4(sum.x[0], sum.x[1], sum.x[2], sum.x[3]);
    __syncthreads();
    if (group == 0 && column < columns) {
        for (int other = 1; other < GROUPS; other++) {
            const float4 more = partial[other][lane];
            sum.x[0] += more.x;
            sum.x[1] += more.y;
            sum.x[2] += more.z;
            sum.x[3] += more.w;
        }
        const float count = static_cast<float>(tokens - first);
#pragma unroll
        for (int j = 0; j < 4; j++) {
            sum.x[j] /= count;
        }
        store_quad(out + (int64_t) blockIdx.y * out_stride, column, sum);
    }
}

#define ENTRY(T, NAME)                                                                                                 \
    extern "C" __global__ void __launch_bounds__(256) average_patches_##NAME(                                          \
            int tokens, int first, int columns, const T *in, int in_stride, T *out, int out_stride) {                  \
        average_patches(tokens, first, columns, in, in_stride, out, out_stride);                                       \
    }

ENTRY(__half, f16)
ENTRY(__nv_bfloat16, bf16)
ENTRY(float, f32)
