// targets: sm_80
//
// Attention of packed sequences in one pass, fp32, without tensor cores.
//
//   out[i, h, :] = sum over j of p(i, j) v[j, h, :],  p(i, :) = softmax over j of (q[i, h, :] . k[j, h, :]) / sqrt(head_dim)
//
// as attention.cu has it, for fp32 q, k, v and out.
// Launch: attention_f32_dD for head_dim <= D, a multiple of 4: grid (longest over 8 W, heads, sequences), block = 32 W, W = 1 to 4; dynamic
// shared memory tile(8 W) + 2 tile(32) + 1024 W bytes, tile(rows) = (rows * D / 4 + rows / period) * 16 bytes as in
// attention_tile.cuh. All rows and heads are 16-byte aligned. A warp has 8 queries; keys pass 32 at a time: for scores a lane has a key,
// for sums every 32nd column.
// Numerics: fp32; softmax online with the scale folded into the base-2 exponent and the approximate ex2.
// Moves q and out once, k and v once per block of 8 W queries; 4 * head_dim * (pairs of query and key) operations.
#include "attention_tile.cuh"
#include "reduce.cuh"

constexpr int KEYS = 32;
constexpr int QUERIES = 8;

template <int D>
__device__ __forceinline__ void attend(
        int head_dim, float scale_log2, bool causal, const float *q, int q_stride, const float *k, int k_stride,
        const float *v, int v_stride, const int *starts, float *out, int out_stride) {
    using Rows = Tile<D / 4>;
    extern __shared__ __align__(16) unsigned char shared[];
    const int begin = starts[blockIdx.z];
    const int length = starts[blockIdx.z + 1] - begin;
    const int warps = blockDim.x / WARP;
    const int first_query = blockIdx.x * QUERIES * warps;
    if (first_query >= length) {
        return;
    }
    const int warp = threadIdx.x / WARP;
    const int lane = threadIdx.x % WARP;
    const int chunks = head_dim / 4;
    const int64_t head = (int64_t) blockIdx.y * head_dim;
    const float *keys = k + (int64_t) begin * k_stride + head;
    const float *values = v + (int64_t) begin * v_stride + head;
    unsigned char *queries_here = shared + warp * Rows::bytes(QUERIES);
    unsigned char *k_rows = shared + warps * Rows::bytes(QUERIES);
    unsigned char *v_rows = k_rows + Rows::bytes(KEYS);
    float(*probabilities)[KEYS] = reinterpret_cast<float(*)[KEYS]>(v_rows + Rows::bytes(KEYS)) + warp * QUERIES;
    const uint32_t k_tile = static_cast<uint32_t>(__cvta_generic_to_shared(k_rows));
    const uint32_t v_tile = static_cast<uint32_t>(__cvta_generic_to_shared(v_rows));

    const int row0 = first_query + warp * QUERIES;
    const int queries = min(QUERIES, length - row0);
    const int block_end = causal ? min(length, first_query + QUERIES * warps) : length;
    const int warp_end = queries <= 0 ? 0 : causal ? row0 + queries : length;

    if (queries > 0) {
        Rows::copy(static_cast<uint32_t>(__cvta_generic_to_shared(queries_here)),
                   q + (int64_t) (begin + row0) * q_stride + head, q_stride, QUERIES, queries, chunks, lane, WARP);
    }
    float sum[QUERIES][D / WARP];
    float highest[QUERIES];
    float total[QUERIES];
#pragma unroll
    for (int r = 0; r < QUERIES; r++) {
        highest[r] = MINUS_INFINITY;
        total[r] = 0.0f;
#pragma unroll
        for (int d = 0; d < D / WARP; d++) {
            sum[r][d] = 0.0f;
        }
    }
    for (int key0 = 0; key0 < block_end; key0 += KEYS) {
        const int valid = min(KEYS, block_end - key0);
        Rows::copy(k_tile, keys + (int64_t) key0 * k_stride, k_stride, KEYS, valid, chunks, threadIdx.x, blockDim.x);
        commit_copies();
        Rows::copy(v_tile, values + (int64_t) key0 * v_stride, v_stride, KEYS, valid, chunks, threadIdx.x, blockDim.x);
        commit_copies();
        await_copies<1>();
        __syncthreads();
        const bool sees_any = key0 < warp_end;
        float score[QUERIES];
        if (sees_any) {
#pragma unroll
            for (int r = 0; r < QUERIES; r++) {
                score[r] = 0.0f;
            }
#pragma unroll 2
            for (int c = 0; c < D / 4; c++) {
                const float4 key = *reinterpret_cast<const float4 *>(k_rows + Rows::place(lane, c));
#pragma unroll
                for (int r = 0; r < QUERIES; r++) {
                    const float4 query = *reinterpret_cast<const float4 *>(queries_here + Rows::place(r, c));
                    score[r] = fmaf(query.x, key.x, score[r]);
                    score[r] = fmaf(query.y, key.y, score[r]);
                    score[r] = fmaf(query.z, key.z, score[r]);
                    score[r] = fmaf(query.w, key.w, score[r]);
                }
            }
#pragma unroll
            for (int r = 0; r < QUERIES; r++) {
                const int sees = causal ? min(length, row0 + r + 1) : length;
                score[r] = key0 + lane < sees ? score[r] : MINUS_INFINITY;
                const float top = fmaxf(highest[r], reduce_warp<Maximum>(score[r]));
                // A query may see nothing of this tile, but has seen the first key.
                const float shrink = exp2_approximate((highest[r] - top) * scale_log2);
                const float probability = exp2_approximate((score[r] - top) * scale_log2);
                highest[r] = top;
                total[r] = total[r] * shrink + probability;
#pragma unroll
                for (int d = 0; d < D / WARP; d++) {
                    sum[r][d] *= shrink;
                }
                probabilities[r][lane] = probability;
            }
        }
        await_copies<0>();
        __syncthreads();
        if (sees_any) {
#pragma unroll 1
            for (int j = 0; j < KEYS; j += 4) {
                float value[4][D / WARP];
#pragma unroll
                for (int i = 0; i < 4; i++) {
#pragma unroll
                    for (int d = 0; d < D / WARP; d++) {
                        const int column = lane + d * WARP;
                        value[i][d] = *reinterpret_cast<const float *>(
                                v_rows + Rows::place(j + i, column / 4) + column % 4 * 4);
                    }
                }
#pragma unroll
                for (int r = 0; r < QUERIES; r++) {
                    const float4 p = *reinterpret_cast<const float4 *>(&probabilities[r][j]);
#pragma unroll
                    for (int d = 0; d < D / WARP; d++) {
                        sum[r][d] = fmaf(p.x, value[0][d], sum[r][d]);
                        sum[r][d] = fmaf(p.y, value[1][d], sum[r][d]);
                        sum[r][d] = fmaf(p.z, value[2][d], sum[r][d]);
                        sum[r][d] = fmaf(p.w, value[3][d], sum[r][d]);
                    }
                }
            }
        }
        __syncthreads();
    }
#pragma unroll
    for (int r = 0; r < QUERIES; r++) {
        if (r < queries) {
            const float inverse = 1.0f / reduce_warp<Sum>(total[r]);
            float *to = out + (int64_t) (begin + row0 + r) * out_stride + head;
#pragma unroll
            for (int d = 0; d < D / WARP; d++) {
                if (lane + d * WARP < head_dim) {
                    to[lane + d * WARP] = sum[r][d] * inverse;
                }
            }
        }
    }
}

#define ENTRY(D)                                                                                                 \
    extern "C" __global__ void __launch_bounds__(128) attention_f32_d##D(                                        \
            int head_dim, float scale_log2, int causal, const float *q, int q_stride, const float *k,            \
            int k_stride, const float *v, int v_stride, const int *starts, float *out, int out_stride) {         \
        attend<D>(head_dim, scale_log2, causal != 0, q, q_stride, k, k_stride, v, v_stride, starts, out, out_stride); \
    }

ENTRY(32)
ENTRY(64)
ENTRY(96)
ENTRY(128)
