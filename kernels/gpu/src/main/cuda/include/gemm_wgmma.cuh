// Matrix products of many rows on Hopper: sums of in W^T, tile by tile, handed to the epilogue (epilogue.cuh).
//
// W [n, k] lies in packed tiles (tile.cuh). The rows of `in` are an Input's business, as in gemm.cuh: rows of a matrix
// (matrix_rows.cuh) or windows of images (pixel_rows.cuh), copied by the PRODUCERS threads.
//
// Block: 2 BM + PRODUCERS threads with BM 64 or 128; dynamic shared memory STAGES * (BM + BN) * 128 + 16 * STAGES bytes, on a multiple
// of 1024 bytes.
// Numerics: products exact, sums float32 in the tensor cores' order, splits added in order: the same bits in every run.
//
//   last two warps, producers:          W by one bulk copy for each tile, in by cp.async, swizzled      full[] --->
//   warps 0-3 and, with BM 128, 4-7:    64 rows each times BN columns, wgmma from shared memory    <--- empty[]
//
// A stage is in [BM][64] and W [BN][64]. The producers report a stage LAG stages after they issued its copies, when they have
// arrived; the consumers free it one stage later, when the next one's products have been issued.
#pragma once
#include "cp_async.cuh"
#include "epilogue.cuh"
#include "mbarrier.cuh"
#include "tile.cuh"
#include "wgmma.cuh"

template <typename T, int BM, int BN, int STAGES>
struct GroupGemm {
    static constexpr int CONSUMERS = 2 * BM;
    /** Eight rows of eight chunks at a time, so that a thread's chunks have one place in the swizzle. */
    static constexpr int PRODUCERS = 64;
    static constexpr int LAG = STAGES - 2;
    static constexpr int IN_BYTES = BM * ROW_BYTES;
    static constexpr int STAGE_BYTES = (BM + BN) * ROW_BYTES;
    /** The ring and its barriers. */
    static constexpr int RING_BYTES = STAGES * (STAGE_BYTES + 16);
    static_assert((BM == 64 || BM == 128) && BN % TILE_ROWS == 0 && BN <= CONSUMERS, "");
    static_assert(STAGED_BYTES<BM, BN, 1> <= STAGES * STAGE_BYTES, "staging reuses the ring");

    /**
     * All threads of the block call it. make_input(thread) gives the Input of a producer, 0 to PRODUCERS - 1, after a barrier.
     * WINDOW rows of a tile make one of the output, see finish_tile; 1 unless `windowed`. SCALED: sums are multiplied with the output's
     * scale.
     */
    template <int WINDOW, bool SCALED = false, typename MakeInput>
    static __device__ __forceinline__ void run(
            const MakeInput &make_input, int k_tiles, const KRange &range, const unsigned char *weight,
            const Output<T> &output, unsigned char *ring, bool windowed) {
        const int thread = threadIdx.x;
        const int row0 = blockIdx.y * BM;
        const int column0 = blockIdx.x * BN;
        const int n_tiles = min((output.n + TILE_ROWS - 1) / TILE_ROWS - column0 / TILE_ROWS, BN / TILE_ROWS);
        const uint32_t base = shared_address(ring);
        const uint32_t full = base + STAGES * STAGE_BYTES;
        const uint32_t empty = full + 8 * STAGES;

        if (thread == 0) {
            for (int s = 0; s < STAGES; s++) {
                barrier_init(full + 8 * s, PRODUCERS + 1);
                barrier_init(empty + 8 * s, CONSUMERS / 32);
            }
            publish_barriers();
        }
        // Tiles beyond W stay zero.
        const int missing = (BN / TILE_ROWS - n_tiles) * TILE_BYTES;
        if (missing > 0) {
            for (int s = 1; s <= STAGES; s++) {
                for (int i = thread * 16; i < missing; i += (CONSUMERS + PRODUCERS) * 16) {
                    *reinterpret_cast<float4 *>(ring + s * STAGE_BYTES - missing + i) = make_float4(0, 0, 0, 0);
                }
            }
            fence_async_proxy();
        }
        __syncthreads();
        if (thread >= CONSUMERS) {
            auto input = make_input(thread - CONSUMERS);
            const unsigned char *w_from =
                    weight + ((int64_t) (column0 / TILE_ROWS) * k_tiles + range.begin) * TILE_BYTES;
            produce(input, w_from, (int64_t) k_tiles * TILE_BYTES, range.count, n_tiles, base, full, empty);
            return;
        }

        const float bias = fetch_bias<T, BN>(output, column0, thread);
        const int group = thread / 128;
        float sums[BN / 2];
#pragma unroll
        for (int i = 0; i < BN / 2; i++) {
            sums[i] = 0;
        }
        int stage = 0;
        int parity = 0;
        int before = 0;
#pragma unroll 1
        for (int i = 0; i < range.count; i++) {
            barrier_wait(full + 8 * stage, parity);
            const uint64_t a = tile_descriptor(base + stage * STAGE_BYTES + group * TILE_BYTES);
            const uint64_t b = tile_descriptor(base + stage * STAGE_BYTES + IN_BYTES);
            products_begin();
#pragma unroll
            for (int step = 0; step < 4; step++) {
                multiply_group<T>(sums, a + 2 * step, b + 2 * step);
            }
            products_commit();
            if (i > 0) {
                products_wait<1>();
                if (thread % 32 == 0) {
                    barrier_arrive(empty + 8 * before);
                }
            }
            before = stage;
            stage++;
            if (stage == STAGES) {
                stage = 0;
                parity ^= 1;
            }
        }
        products_wait<0>();
        // Nobody reads the ring any more.
        meet<CONSUMERS>();
        float *staged = reinterpret_cast<float *>(ring);
        stage_bias<BM, BN, 1>(staged, bias, thread);
        if constexpr (SCALED) {
            if (output.scale != nullptr) {
#pragma unroll
                for (int j = 0; j < BN / 8; j++) {
                    const float2 scale = fetch_scale(output, column0 + thread % 4 * 2 + 8 * j);
                    sums[4 * j] *= scale.x, sums[4 * j + 1] *= scale.y;
                    sums[4 * j + 2] *= scale.x, sums[4 * j + 3] *= scale.y;
                }
            }
        }
        float *mine = staged + (thread / 32 * 16 + thread % 32 / 4) * PITCH<BN> + thread % 4 * 2;
#pragma unroll
        for (int j = 0; j < BN / 8; j++) {
            stage_pair(mine + 8 * j, sums[4 * j], sums[4 * j + 1]);
            stage_pair(mine + 8 * PITCH<BN> + 8 * j, sums[4 * j + 2], sums[4 * j + 3]);
        }
        meet<CONSUMERS>();
        const int tile = blockIdx.y * gridDim.x + blockIdx.x;
        if constexpr (WINDOW > 1) {
            if (windowed) {
                finish_tile<T, BM, BN, CONSUMERS, 1, WINDOW>(
                        staged, output, row0, column0, tile, blockIdx.z, gridDim.z, thread);
                return;
            }
        }
        finish_tile<T, BM, BN, CONSUMERS, 1>(staged, output, row0, column0, tile, blockIdx.z, gridDim.z, thread);
    }

    /** `w_from`: the block's first tile; `w_pitch`: bytes from a row of tiles to the next. */
    template <typename Input>
    static __device__ __forceinline__ void produce(
            Input &input, const unsigned char *w_from, int64_t w_pitch, int count, int n_tiles, uint32_t base,
            uint32_t full, uint32_t empty) {
        const int thread = threadIdx.x - CONSUMERS;
        const uint32_t in_to = base + tile_offset(thread / 8, thread % 8);
        int stage = 0;
        int parity = 1;
        int report = 0;
#pragma unroll 1
        for (int i = 0; i < count + LAG; i++) {
            if (i < count) {
                barrier_wait(empty + 8 * stage, parity);
                if (thread == 0) {
                    const uint32_t barrier = full + 8 * stage;
                    barrier_arrive_expect(barrier, n_tiles * TILE_BYTES);
                    for (int tile = 0; tile < n_tiles; tile++) {
                        copy_bulk(
                                base + stage * STAGE_BYTES + IN_BYTES + tile * TILE_BYTES, w_from + tile * w_pitch,
                                TILE_BYTES, barrier);
                    }
                }
                input.copy(in_to + stage * STAGE_BYTES);
                w_from += TILE_BYTES;
                stage++;
                if (stage == STAGES) {
                    stage = 0;
                    parity ^= 1;
                }
            }
            commit_copies();
            if (i >= LAG) {
                wait_copies<LAG>();
                fence_async_proxy();
                barrier_arrive(full + 8 * report);
                report = report + 1 == STAGES ? 0 : report + 1;
            }
        }
    }
};
