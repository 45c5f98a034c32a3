// Matrix products in float32 without tensor cores: sums of in W^T, tile by tile, handed to the epilogue (epilogue.cuh). W [n, k] lies
// in packed tiles (tile.cuh), the rows of `in` come from an Input as gemm.cuh has it.
//
// Numerics: fused multiply-adds in the order of k, the parts of splits added in order.
//
//   global --cp.async--> ring of STAGES x { in [BM][32], W [64][32] } --> threads, BM / 16 rows x 8 columns each
//
//   thread (x, y) = (t % 8, t / 8) has rows y, y + 16, ... and columns x, x + 8, ...: eight threads side by side read eight
//   rows of W, which the swizzle puts into different banks, and one row of in.
#pragma once
#include "cp_async.cuh"
#include "epilogue.cuh"
#include "tile.cuh"

template <int BM, int STAGES>
struct GemmFloat {
    static constexpr int BN = 64;
    static constexpr int THREADS = 128;
    static constexpr int TM = BM / 16;
    static constexpr int TN = BN / 8;
    static constexpr int STAGE_BYTES = (BM + BN) * ROW_BYTES;
    static_assert(STAGED_BYTES<BM, BN, 1> <= STAGES * STAGE_BYTES, "staging reuses the ring");

    /**
     * WINDOW rows of a tile make one of the output, see finish_tile; 1 unless `windowed`. SCALED: sums are multiplied with the output's
     * scale.
     */
    template <int WINDOW = 1, bool SCALED = false, typename Input>
    static __device__ __forceinline__ void run(
            Input &input, int k_tiles, const KRange &range, const unsigned char *weight, const Output<float> &output,
            unsigned char *ring, bool windowed = false) {
        const int thread = threadIdx.x;
        const int row0 = blockIdx.y * BM;
        const int column0 = blockIdx.x * BN;
        const uint32_t base = shared_address(ring);
        const uint32_t in_to = base + tile_offset(thread / 8, thread % 8);
        const unsigned char *w_from =
                weight + ((int64_t) blockIdx.x * k_tiles + range.begin) * TILE_BYTES + thread * 16;
        const uint32_t w_to = base + BM * ROW_BYTES + thread * 16;

        auto load = [&](int stage) {
            input.copy(in_to + stage * STAGE_BYTES);
#pragma unroll
            for (int i = 0; i < BN / 16; i++) {
                copy_async(w_to + stage * STAGE_BYTES + i * 16 * ROW_BYTES, w_from + i * 16 * ROW_BYTES, 16);
            }
            w_from += TILE_BYTES;
        };

        const int x = thread % 8;
        const int y = thread / 8;
        const float bias = fetch_bias<float, BN>(output, column0, thread);
        float sums[TM][TN];
#pragma unroll
        for (int i = 0; i < TM; i++) {
#pragma unroll
            for (int j = 0; j < TN; j++) {
                sums[i][j] = 0;
            }
        }
#pragma unroll 1
        for (int s = 0; s < STAGES - 1; s++) {
            if (s < range.count) {
                load(s);
            }
            commit_copies();
        }
        int stage = 0;
#pragma unroll 1
        for (int i = 0; i < range.count; i++) {
            wait_copies<STAGES - 2>();
            // Everybody's copies of this stage are there, and everybody has read the stage before it, which is filled next.
            __syncthreads();
            if (i + STAGES - 1 < range.count) {
                load(stage == 0 ? STAGES - 1 : stage - 1);
            }
            commit_copies();
            const unsigned char *a_tile = ring + stage * STAGE_BYTES;
            const unsigned char *b_tile = a_tile + BM * ROW_BYTES;
#pragma unroll 2
            for (int chunk = 0; chunk < 8; chunk++) {
                // Rows y + 16 i have y's place for a chunk, rows x + 8 j that of x.
                float4 b[TN];
#pragma unroll
                for (int j = 0; j < TN; j++) {
                    b[j] = *reinterpret_cast<const float4 *>(b_tile + tile_offset(x, chunk) + j * 8 * ROW_BYTES);
                }
#pragma unroll
                for (int r = 0; r < TM; r++) {
                    const float4 a =
                            *reinterpret_cast<const float4 *>(a_tile + tile_offset(y, chunk) + r * 16 * ROW_BYTES);
#pragma unroll
                    for (int j = 0; j < TN; j++) {
                        sums[r][j] = fmaf(a.x, b[j].x, sums[r][j]);
                        sums[r][j] = fmaf(a.y, b[j].y, sums[r][j]);
                        sums[r][j] = fmaf(a.z, b[j].z, sums[r][j]);
                        sums[r][j] = fmaf(a.w, b[j].w, sums[r][j]);
                    }
                }
            }
            stage = stage + 1 == STAGES ? 0 : stage + 1;
        }
        wait_copies<0>();
        __syncthreads();

        if constexpr (SCALED) {
            if (output.scale != nullptr) {
#pragma unroll
                for (int j = 0; j < TN; j++) {
                    const int column = column0 + x + 8 * j;
                    const float scale = column < output.n ? output.scale[column] : 1.0f;
#pragma unroll
                    for (int i = 0; i < TM; i++) {
                        sums[i][j] *= scale;
                    }
                }
            }
        }
        // Eight lanes write side by side, four rows 32 bytes further each.
        float *staged = reinterpret_cast<float *>(ring);
        stage_bias<BM, BN, 1>(staged, bias, thread);
#pragma unroll
        for (int i = 0; i < TM; i++) {
#pragma unroll
            for (int j = 0; j < TN; j++) {
                staged[(y + 16 * i) * PITCH<BN> + x + 8 * j] = sums[i][j];
            }
        }
        __syncthreads();
        const int tile = blockIdx.y * gridDim.x + blockIdx.x;
        if constexpr (WINDOW > 1) {
            if (windowed) {
                finish_tile<float, BM, BN, THREADS, 1, WINDOW>(
                        staged, output, row0, column0, tile, blockIdx.z, gridDim.z, thread);
                return;
            }
        }
        finish_tile<float, BM, BN, THREADS, 1>(staged, output, row0, column0, tile, blockIdx.z, gridDim.z, thread);
    }
};
