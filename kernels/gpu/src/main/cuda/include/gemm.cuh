// Matrix products on tensor cores: sums of in W^T, tile by tile, handed to the epilogue (epilogue.cuh).
//
// W [n, k] lies in packed tiles (tile.cuh). What the rows of `in` are is an Input's business: rows of a matrix (matrix_rows.cuh) or
// windows of images (pixel_rows.cuh). An Input has
//
//   copy(to)     starts the copies of this thread's chunks of the next tile along K: chunk thread % 8 of rows thread / 8 + i
//                THREADS / 8, the i-th one i THREADS / 8 rows of the stage behind `to`; zeros where there is nothing
//
// Numerics: products exact, sums float32 in the tensor cores' order, parts of K (warps, splits) added in fixed order: the same bits
// in every run.
//
//   global --cp.async--> ring of STAGES x { in [BM][64], W [BN][64] } --ldmatrix--> warps, each TM x TN of the tile
//
// A warp of WK > 1 takes every WK-th step of 16 along K.
#pragma once
#include "cp_async.cuh"
#include "epilogue.cuh"
#include "mma.cuh"
#include "tile.cuh"

template <typename T, int BM, int BN, int WM, int WN, int WK, int STAGES>
struct Gemm {
    static constexpr int THREADS = 32 * WM * WN * WK;
    static constexpr int TM = BM / WM;
    static constexpr int TN = BN / WN;
    static constexpr int STAGE_BYTES = (BM + BN) * ROW_BYTES;
    static constexpr int STEPS = 4 / WK;
    static_assert(BN <= THREADS && TM % 16 == 0 && TN % 16 == 0 && (BM * 8) % THREADS == 0 && THREADS % 8 == 0, "");
    static_assert(STAGED_BYTES<BM, BN, WK> <= STAGES * STAGE_BYTES, "staging reuses the ring");

    /**
     * WINDOW rows of a tile make one of the output, see finish_tile; 1 unless `windowed`. SCALED: sums are multiplied with the output's
     * scale.
     */
    template <int WINDOW = 1, bool SCALED = false, typename Input>
    static __device__ __forceinline__ void run(
            Input &input, int k_tiles, const KRange &range, const unsigned char *weight, const Output<T> &output,
            unsigned char *ring, bool windowed = false) {
        const int thread = threadIdx.x;
        const int warp = thread / 32;
        const int lane = thread % 32;
        const int warp_k = warp % WK;
        const int warp_n = warp / WK % WN;
        const int warp_m = warp / WK / WN;
        const int row0 = blockIdx.y * BM;
        const int column0 = blockIdx.x * BN;
        const uint32_t base = shared_address(ring);
        const uint32_t in_to = base + tile_offset(thread / 8, thread % 8);
        // W is copied as it lies: from a tile, BN of its rows or several tiles below each other.
        const int n_tiles = (output.n + TILE_ROWS - 1) / TILE_ROWS;
        const unsigned char *w_from = weight + ((int64_t) (column0 / TILE_ROWS) * k_tiles + range.begin) * TILE_BYTES +
                                      column0 % TILE_ROWS * ROW_BYTES + thread * 16;
        const uint32_t w_to = base + BM * ROW_BYTES + thread * 16;

        auto load = [&](int stage) {
            input.copy(in_to + stage * STAGE_BYTES);
#pragma unroll
            for (int i = 0; i < (BN * 8 + THREADS - 1) / THREADS; i++) {
                constexpr int PER_TILE = (BN < TILE_ROWS ? BN : TILE_ROWS) * 8;
                const int tile = i * THREADS / PER_TILE;
                if (BN * 8 % THREADS == 0 || thread + i * THREADS < BN * 8) {
                    const bool inside = BN <= TILE_ROWS || column0 / TILE_ROWS + tile < n_tiles;
                    copy_async(
                            w_to + stage * STAGE_BYTES + i * THREADS * 16,
                            inside ? w_from + (int64_t) tile * k_tiles * TILE_BYTES + (i * THREADS - tile * PER_TILE) * 16
                                   : weight,
                            inside ? 16 : 0);
                }
            }
            w_from += TILE_BYTES;
        };

        const float bias = fetch_bias<T, BN>(output, column0, thread);
        float sums[TM / 16][TN / 8][4];
#pragma unroll
        for (int i = 0; i < TM / 16; i++) {
#pragma unroll
            for (int j = 0; j < TN / 8; j++) {
#pragma unroll
                for (int e = 0; e < 4; e++) {
                    sums[i][j][e] = 0;
                }
            }
        }

        // Addresses of this lane's rows at step 0; a step of 16 along K flips bits of the chunk: 32 bytes times the step.
        const uint32_t a_at = base + tile_offset(warp_m * TM + lane % 16, lane / 16);
        const uint32_t b_at =
                base + BM * ROW_BYTES + tile_offset(warp_n * TN + lane / 16 * 8 + lane % 8, lane / 8 % 2);
        uint32_t a[2][TM / 16][4];
        uint32_t b[2][TN / 16][4];
        auto fetch = [&](int which, int stage, int step) {
            const int flip = (warp_k + step * WK) * 32;
#pragma unroll
            for (int i = 0; i < TM / 16; i++) {
                load_matrices(a[which][i], (a_at + stage * STAGE_BYTES + i * 16 * ROW_BYTES) ^ flip);
            }
#pragma unroll
            for (int j = 0; j < TN / 16; j++) {
                load_matrices(b[which][j], (b_at + stage * STAGE_BYTES + j * 16 * ROW_BYTES) ^ flip);
            }
        };

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
            fetch(0, stage, 0);
#pragma unroll
            for (int step = 0; step < STEPS; step++) {
                if (step + 1 < STEPS) {
                    fetch((step + 1) % 2, stage, step + 1);
                }
#pragma unroll
                for (int m = 0; m < TM / 16; m++) {
#pragma unroll
                    for (int n = 0; n < TN / 8; n++) {
                        const uint32_t(&pair)[4] = b[step % 2][n / 2];
                        multiply_add<T>(sums[m][n], a[step % 2][m], pair[n % 2 * 2], pair[n % 2 * 2 + 1]);
                    }
                }
            }
            stage = stage + 1 == STAGES ? 0 : stage + 1;
        }
        wait_copies<0>();
        __syncthreads();

        float *staged = reinterpret_cast<float *>(ring);
        stage_bias<BM, BN, WK>(staged, bias, thread);
        if constexpr (SCALED) {
            if (output.scale != nullptr) {
#pragma unroll
                for (int j = 0; j < TN / 8; j++) {
                    const float2 scale = fetch_scale(output, column0 + warp_n * TN + lane % 4 * 2 + j * 8);
#pragma unroll
                    for (int i = 0; i < TM / 16; i++) {
                        sums[i][j][0] *= scale.x, sums[i][j][1] *= scale.y;
                        sums[i][j][2] *= scale.x, sums[i][j][3] *= scale.y;
                    }
                }
            }
        }
        float *mine = staged + (warp_k * BM + warp_m * TM + lane / 4) * PITCH<BN> + warp_n * TN + lane % 4 * 2;
#pragma unroll
        for (int i = 0; i < TM / 16; i++) {
#pragma unroll
            for (int j = 0; j < TN / 8; j++) {
                float *to = mine + i * 16 * PITCH<BN> + j * 8;
                stage_pair(to, sums[i][j][0], sums[i][j][1]);
                stage_pair(to + 8 * PITCH<BN>, sums[i][j][2], sums[i][j][3]);
            }
        }
        __syncthreads();
        const int tile = blockIdx.y * gridDim.x + blockIdx.x;
        if constexpr (WINDOW > 1) {
            if (windowed) {
                finish_tile<T, BM, BN, THREADS, WK, WINDOW>(
                        staged, output, row0, column0, tile, blockIdx.z, gridDim.z, thread);
                return;
            }
        }
        finish_tile<T, BM, BN, THREADS, WK>(staged, output, row0, column0, tile, blockIdx.z, gridDim.z, thread);
    }
};
