// targets: sm_80
//
// Attention of one query per sequence over all its tokens: the last block of a tower, where only the pooled token goes on.
//
//   out[s, h, :] = sum over j of p(j) v[j, h, :],  p = softmax over j of (q[s, h, :] . k[j, h, :]) / sqrt(head_dim)
//
// j runs over the tokens starts[s] .. starts[s + 1] - 1. q, out [sequences, heads * head_dim], k, v [tokens, heads * head_dim] of T, each
// with a stride; starts int32 [sequences + 1]. The row of an empty sequence is not written.
// Launch: grid (heads, sequences), block = 128, dynamic shared memory 4 * (longest + head_dim + 32 + 128 * 16 / sizeof(T)) bytes;
// head_dim * sizeof(T) is a multiple of 16, all rows and heads are 16-byte aligned, head_dim at most 128.
// Numerics: fp32 throughout, also the probabilities; approximate ex2 with the scale folded into the base-2 exponent.
// Moves k and v once, in packs of 16 bytes; 4 * tokens * heads * head_dim operations.
#include "attention_tile.cuh"
#include "reduce.cuh"
#include "storage.cuh"

constexpr int THREADS = 128;
constexpr int LANES_OF_KEY = 8;

/** Floats from one element of the threads' packs to the next: they are written side by side and read across without conflicts. */
template <typename T>
constexpr int PARTIAL_STRIDE = THREADS + 32 / PACK<T>;

template <typename T>
__device__ __forceinline__ void attend_pooled(
        int head_dim, int longest, float scale_log2, const T *q, int q_stride, const T *k, int k_stride, const T *v,
        int v_stride, const int *starts, T *out, int out_stride) {
    extern __shared__ __align__(16) float floats[];
    __shared__ float scratch[THREADS / WARP];
    const int begin = starts[blockIdx.y];
    const int length = min(longest, starts[blockIdx.y + 1] - begin);
    if (length <= 0) {
        return;
    }
    const int64_t head = (int64_t) blockIdx.x * head_dim;
    const T *keys = k + (int64_t) begin * k_stride + head;
    const T *values = v + (int64_t) begin * v_stride + head;
    const int chunks = head_dim / PACK<T>;
    float *query = floats;
    float *partial = query + head_dim;
    float *scores = partial + PARTIAL_STRIDE<T> * PACK<T>;
    if (static_cast<int>(threadIdx.x) < head_dim) {
        query[threadIdx.x % PACK<T> * chunks + threadIdx.x / PACK<T>] = to_float(q[(int64_t) blockIdx.y * q_stride + head + threadIdx.x]) * scale_log2;
    }
    __syncthreads();

    float top = MINUS_INFINITY;
    for (int j0 = 0; j0 < length; j0 += THREADS / LANES_OF_KEY) {
        const int j = j0 + threadIdx.x / LANES_OF_KEY;
        float score = 0.0f;
        if (j < length) {
            for (int c = threadIdx.x % LANES_OF_KEY; c < chunks; c += LANES_OF_KEY) {
                const Pack<T> pack = Pack<T>::load(keys + (int64_t) j * k_stride + c * PACK<T>);
#pragma unroll
                for (int i = 0; i < PACK<T>; i++) {
                    score = fmaf(to_float(pack.values[i]), query[i * chunks + c], score);
                }
            }
        }
#pragma unroll
        for (int distance = LANES_OF_KEY / 2; distance > 0; distance /= 2) {
            score += __shfl_xor_sync(0xffffffffu, score, distance);
        }
        if (j < length) {
            top = fmaxf(top, score);
            if (threadIdx.x % LANES_OF_KEY == 0) {
                scores[j] = score;
            }
        }
    }
    top = reduce_block<Maximum, THREADS / WARP>(top, scratch);
    float total = 0.0f;
    for (int j = threadIdx.x; j < length; j += THREADS) {
        const float probability = exp2_approximate(scores[j] - top);
        scores[j] = probability;
        total += probability;
    }
    total = reduce_block<Sum, THREADS / WARP>(total, scratch);

    const int groups = THREADS / chunks;
    const int group = threadIdx.x / chunks;
    const int chunk = threadIdx.x - group * chunks;
    if (group < groups) {
        float sum[PACK<T>] = {};
        for (int j = group; j < length; j += groups) {
            const Pack<T> pack = Pack<T>::load(values + (int64_t) j * v_stride + chunk * PACK<T>);
#pragma unroll
            for (int i = 0; i < PACK<T>; i++) {
                sum[i] = fmaf(scores[j], to_float(pack.values[i]), sum[i]);
            }
        }
#pragma unroll
        for (int i = 0; i < PACK<T>; i++) {
            partial[i * PARTIAL_STRIDE<T> + threadIdx.x] = sum[i];
        }
    }
    __syncthreads();
    if (static_cast<int>(threadIdx.x) < head_dim) {
        const float *from = partial + threadIdx.x % PACK<T> * PARTIAL_STRIDE<T> + threadIdx.x / PACK<T>;
        float sum = 0.0f;
        for (int g = 0; g < groups; g++) {
            sum += from[g * chunks];
        }
        out[(int64_t) blockIdx.y * out_stride + head + threadIdx.x] = from_float<T>(sum / total);
    }
}

#define ENTRY(T, NAME)                                                                                              \
    extern "C" __global__ void __launch_bounds__(128) attention_pooled_##NAME(                                      \
            int head_dim, int longest, float scale_log2, const T *q, int q_stride, const T *k, int k_stride,        \
            const T *v, int v_stride, const int *starts, T *out, int out_stride) {                                  \
        attend_pooled(head_dim, longest, scale_log2, q, q_stride, k, k_stride, v, v_stride, starts, out, out_stride); \
    }

ENTRY(__half, f16)
ENTRY(__nv_bfloat16, bf16)
ENTRY(float, f32)
