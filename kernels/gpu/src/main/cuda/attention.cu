// targets: sm_80
//
// Attention of packed sequences in one pass, fp16 and bf16, on tensor cores.
//
//   out[i, h, :] = sum over j of p(i, j) v[j, h, :],  p(i, :) = softmax over j of (q[i, h, :] . k[j, h, :]) / sqrt(head_dim)
//
// i and j run over the tokens starts[s] .. starts[s + 1] - 1 of a sequence s, in the causal case j <= i. q, k, v, out of T, each
// [tokens, heads * head_dim] with a stride; starts int32 [sequences + 1]. An empty sequence has no rows.
// Launch: attention_T_dD for head_dim <= D, a multiple of 8: grid (longest over 16 W, heads, sequences), block = 32 W, W = 1 to 4; dynamic
// shared memory tile(16 W) + 2 tile(64), tile(rows) = (rows * D / 8 + rows / period) * 16 bytes as in attention_tile.cuh. All rows and
// heads are 16-byte aligned. A warp has 16 queries; a block's keys and values pass through shared memory, 64 at a time. Blocks beyond the
// end of their sequence return at once; blocks of 16 keys that no query of a warp sees are not computed.
// Numerics: products and sums in fp32; softmax online in fp32 with the scale folded into the base-2 exponent (scale_log2 =
// log2(e) / sqrt(head_dim)) and the approximate ex2; probabilities, not yet divided by their sum, are rounded to T for the second product.
// Moves q and out once, k and v once per block of 16 W queries; 4 * head_dim * (pairs of query and key) operations.
#include "attention_mma.cuh"
#include "attention_tile.cuh"

constexpr int KEYS = 64;
constexpr int KEY_BLOCKS = KEYS / 16;
constexpr int QUERIES = 16;
constexpr int LANES = 32;

template <typename T, int D>
__device__ __forceinline__ void attend(
        int head_dim, float scale_log2, bool causal, const T *q, int q_stride, const T *k, int k_stride, const T *v,
        int v_stride, const int *starts, T *out, int out_stride) {
    using Rows = Tile<D / 8>;
    extern __shared__ __align__(16) unsigned char shared[];
    const int begin = starts[blockIdx.z];
    const int length = starts[blockIdx.z + 1] - begin;
    const int warps = blockDim.x / LANES;
    const int first_query = blockIdx.x * QUERIES * warps;
    if (first_query >= length) {
        return;
    }
    const int warp = threadIdx.x / LANES;
    const int lane = threadIdx.x % LANES;
    const int group = lane / 4;
    const int pair = lane % 4 * 2;
    const int chunks = head_dim / 8;
    const int64_t head = (int64_t) blockIdx.y * head_dim;
    const T *keys = k + (int64_t) begin * k_stride + head;
    const T *values = v + (int64_t) begin * v_stride + head;
    const uint32_t q_tile = static_cast<uint32_t>(__cvta_generic_to_shared(shared)) + warp * Rows::bytes(QUERIES);
    const uint32_t k_tile = static_cast<uint32_t>(__cvta_generic_to_shared(shared)) + warps * Rows::bytes(QUERIES);
    const uint32_t v_tile = k_tile + Rows::bytes(KEYS);

    // What the block sees, and what this warp sees.
    const int row0 = first_query + warp * QUERIES;
    const int queries = min(QUERIES, length - row0);
    const int block_end = causal ? min(length, first_query + QUERIES * warps) : length;
    const int warp_end = queries <= 0 ? 0 : causal ? min(length, row0 + QUERIES) : length;
    const int all_see = causal ? min(length, row0 + 1) : length;

    auto copy = [&](uint32_t tile, const T *from, int stride, int key0) {
        const int valid = min(KEYS, block_end - key0);
        const int rows = (valid + 15) / 16 * 16;
        Rows::copy(tile, from + (int64_t) key0 * stride, stride, rows, valid, chunks, threadIdx.x, blockDim.x);
        commit_copies();
    };
    if (queries > 0) {
        Rows::copy(q_tile, q + (int64_t) (begin + row0) * q_stride + head, q_stride, QUERIES, queries, chunks, lane, LANES);
    }
    copy(k_tile, keys, k_stride, 0);
    copy(v_tile, values, v_stride, 0);

    uint32_t query[D / 16][4];
    float sum[D / 8][4];
#pragma unroll
    for (int d = 0; d < D / 8; d++) {
        sum[d][0] = sum[d][1] = sum[d][2] = sum[d][3] = 0.0f;
    }
    float highest[2] = {MINUS_INFINITY, MINUS_INFINITY};
    float total[2] = {0.0f, 0.0f};

    for (int key0 = 0; key0 < block_end; key0 += KEYS) {
        const bool last = key0 + KEYS >= block_end;
        const int blocks = min(KEY_BLOCKS, (warp_end - key0 + 15) / 16);
        await_copies<1>();
        __syncthreads();
        if (key0 == 0 && queries > 0) {
#pragma unroll
            for (int d = 0; d < D / 16; d++) {
                load_matrices(query[d], q_tile + Rows::place(lane % 16, 2 * d + lane / 16));
            }
        }
        float score[KEY_BLOCKS][2][4];
#pragma unroll
        for (int b = 0; b < KEY_BLOCKS; b++) {
            if (b < blocks) {
#pragma unroll
                for (int n = 0; n < 2; n++) {
                    score[b][n][0] = score[b][n][1] = score[b][n][2] = score[b][n][3] = 0.0f;
                }
#pragma unroll
                for (int d = 0; d < D / 16; d++) {
                    uint32_t key[4];
                    load_matrices(key, k_tile + Rows::place(16 * b + lane / 16 * 8 + lane % 8, 2 * d + lane / 8 % 2));
                    multiply_add<T>(score[b][0], query[d], key[0], key[1]);
                    multiply_add<T>(score[b][1], query[d], key[2], key[3]);
                }
                const int key = key0 + 16 * b;
                if (key + 16 > all_see) {
#pragma unroll
                    for (int i = 0; i < 8; i++) {
                        const int row = row0 + group + i % 4 / 2 * 8;
                        const int sees = causal ? min(length, row + 1) : length;
                        if (key + i / 4 * 8 + pair + i % 2 >= sees) {
                            score[b][i / 4][i % 4] = MINUS_INFINITY;
                        }
                    }
                }
            }
        }
        if (!last) {
            __syncthreads();
            copy(k_tile, keys, k_stride, key0 + KEYS);
        } else {
            commit_copies();
        }

        if (blocks > 0) {
#pragma unroll
            for (int r = 0; r < 2; r++) {
                float top = highest[r];
#pragma unroll
                for (int b = 0; b < KEY_BLOCKS; b++) {
                    if (b < blocks) {
                        top = fmaxf(top, fmaxf(fmaxf(score[b][0][2 * r], score[b][0][2 * r + 1]),
                                               fmaxf(score[b][1][2 * r], score[b][1][2 * r + 1])));
                    }
                }
                top = fmaxf(top, __shfl_xor_sync(0xffffffffu, top, 1));
                top = fmaxf(top, __shfl_xor_sync(0xffffffffu, top, 2));
                const float shrink = exp2_approximate((highest[r] - top) * scale_log2);
                const float offset = top * scale_log2;
                highest[r] = top;
                total[r] *= shrink;
#pragma unroll
                for (int d = 0; d < D / 8; d++) {
                    sum[d][2 * r] *= shrink;
                    sum[d][2 * r + 1] *= shrink;
                }
#pragma unroll
                for (int b = 0; b < KEY_BLOCKS; b++) {
                    if (b < blocks) {
#pragma unroll
                        for (int i = 0; i < 4; i++) {
                            float &x = score[b][i / 2][2 * r + i % 2];
                            x = exp2_approximate(fmaf(x, scale_log2, -offset));
                            total[r] += x;
                        }
                    }
                }
            }
        }

        await_copies<1>();
        __syncthreads();
#pragma unroll
        for (int b = 0; b < KEY_BLOCKS; b++) {
            if (b < blocks) {
                const uint32_t probability[4] = {
                        pack_two<T>(score[b][0][0], score[b][0][1]), pack_two<T>(score[b][0][2], score[b][0][3]),
                        pack_two<T>(score[b][1][0], score[b][1][1]), pack_two<T>(score[b][1][2], score[b][1][3])};
#pragma unroll
                for (int d = 0; d < D / 16; d++) {
                    uint32_t value[4];
                    load_matrices_transposed(value, v_tile + Rows::place(16 * b + lane % 16, 2 * d + lane / 16));
                    multiply_add<T>(sum[2 * d], probability, value[0], value[1]);
                    multiply_add<T>(sum[2 * d + 1], probability, value[2], value[3]);
                }
            }
        }
        if (!last) {
            __syncthreads();
            copy(v_tile, values, v_stride, key0 + KEYS);
        }
    }
    if (queries <= 0) {
        return;
    }

    // Through shared memory, where this warp's queries were, so that rows are written whole.
    unsigned char *staged = shared + warp * Rows::bytes(QUERIES);
#pragma unroll
    for (int r = 0; r < 2; r++) {
        float all = total[r];
        all += __shfl_xor_sync(0xffffffffu, all, 1);
        all += __shfl_xor_sync(0xffffffffu, all, 2);
        const float inverse = 1.0f / all;
#pragma unroll
        for (int d = 0; d < D / 8; d++) {
            *reinterpret_cast<uint32_t *>(staged + Rows::place(group + 8 * r, d) + 2 * pair) =
                    pack_two<T>(sum[d][2 * r] * inverse, sum[d][2 * r + 1] * inverse);
        }
    }
    __syncwarp();
    T *to = out + (int64_t) (begin + row0) * out_stride + head;
    for (int i = lane; i < queries * Rows::CHUNKS; i += LANES) {
        const int row = i / Rows::CHUNKS;
        const int chunk = i - row * Rows::CHUNKS;
        if (chunk < chunks) {
            *reinterpret_cast<uint4 *>(to + (int64_t) row * out_stride + chunk * 8) =
                    *reinterpret_cast<const uint4 *>(staged + Rows::place(row, chunk));
        }
    }
}

#define ENTRY(T, NAME, D)                                                                                               \
    extern "C" __global__ void __launch_bounds__(128, D <= 80 ? 4 : 2) attention_##NAME##_d##D(                                          \
            int head_dim, float scale_log2, int causal, const T *q, int q_stride, const T *k, int k_stride, const T *v, \
            int v_stride, const int *starts, T *out, int out_stride) {                                                  \
        attend<T, D>(head_dim, scale_log2, causal != 0, q, q_stride, k, k_stride, v, v_stride, starts, out, out_stride); \
    }

#define ALL(T, NAME)    \
    ENTRY(T, NAME, 16)  \
    ENTRY(T, NAME, 32)  \
    ENTRY(T, NAME, 64)  \
    ENTRY(T, NAME, 80)  \
    ENTRY(T, NAME, 96)  \
    ENTRY(T, NAME, 112) \
    ENTRY(T, NAME, 128)

ALL(__half, f16)
ALL(__nv_bfloat16, bf16)
