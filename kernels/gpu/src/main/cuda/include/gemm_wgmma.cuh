// Linear layer for many rows on Hopper: out = act(in W^T + bias + residual).
//
// in [m, k] and out [m, n] row-major T (f16, bf16), their rows 16-byte aligned; W [n, k] in packed tiles (tile.cuh); bias
// float32 [n] or null; residual [m, n] or null, it may be out. Any m, n, k.
// Launch: grid (ceil(n / BN), ceil(m / BM), splits), block 2 BM + 32 with BM 64 or 128, dynamic shared memory
// STAGES * (BM + BN) * 128 + 16 * STAGES bytes; everything 16-byte aligned; with splits > 1 a workspace (epilogue.cuh) and at
// most COUNTERS tiles. splits <= ceil(k / 64).
// Numerics: products exact, sums float32 in the tensor cores' order, splits added in order, bias, activation and residual in
// float32, one rounding to T: the same bits in every run.
// Moves 2 n k bytes of weights ceil(m / BM) times and 2 m k of activations ceil(n / BN) times, from DRAM once where L2 holds
// them, 2 m n of output (4 m n with residual), and 8 m n (splits) bytes of partial sums; 2 m n k operations.
//
//   last warp, producer:                W by one bulk copy for each tile, in by cp.async, swizzled      full[] --->
//   warps 0-3 and, with BM 128, 4-7:    64 rows each times BN columns, wgmma from shared memory    <--- empty[]
//
// A stage is in [BM][64] and W [BN][64]. The producer reports a stage LAG stages after it issued its copies, when they have
// arrived; the consumers free it one stage later, when the next one's products have been issued.
#pragma once
#include "cp_async.cuh"
#include "epilogue.cuh"
#include "mbarrier.cuh"
#include "tile.cuh"
#include "wgmma.cuh"

template <typename T, int BM, int BN, int STAGES>
struct GroupLinear {
    static constexpr int CONSUMERS = 2 * BM;
    static constexpr int LAG = STAGES - 2;
    static constexpr int IN_BYTES = BM * ROW_BYTES;
    static constexpr int STAGE_BYTES = (BM + BN) * ROW_BYTES;
    static_assert((BM == 64 || BM == 128) && BN <= CONSUMERS, "");
    static_assert(STAGED_BYTES<BM, BN, 1> <= STAGES * STAGE_BYTES, "staging reuses the ring");

    static __device__ __forceinline__ void run(
            int k, const T *in, int64_t in_stride, const unsigned char *weight, const Output<T> &output,
            unsigned char *ring) {
        const int thread = threadIdx.x;
        const int row0 = blockIdx.y * BM;
        const int column0 = blockIdx.x * BN;
        const int splits = gridDim.z;
        const int k_tiles = (k + 63) / 64;
        const int begin = (int64_t) k_tiles * blockIdx.z / splits;
        const int count = (int64_t) k_tiles * (blockIdx.z + 1) / splits - begin;
        const int n_tiles = min((output.n + TILE_ROWS - 1) / TILE_ROWS - column0 / TILE_ROWS, BN / TILE_ROWS);
        const uint32_t base = shared_address(ring);
        const uint32_t full = base + STAGES * STAGE_BYTES;
        const uint32_t empty = full + 8 * STAGES;

        if (thread == 0) {
            for (int s = 0; s < STAGES; s++) {
                barrier_init(full + 8 * s, 33);
                barrier_init(empty + 8 * s, CONSUMERS / 32);
            }
            publish_barriers();
        }
        // Tiles beyond W stay zero.
        const int missing = (BN / TILE_ROWS - n_tiles) * TILE_BYTES;
        if (missing > 0) {
            for (int s = 1; s <= STAGES; s++) {
                for (int i = thread * 16; i < missing; i += (CONSUMERS + 32) * 16) {
                    *reinterpret_cast<float4 *>(ring + s * STAGE_BYTES - missing + i) = make_float4(0, 0, 0, 0);
                }
            }
            fence_async_proxy();
        }
        __syncthreads();
        if (thread >= CONSUMERS) {
            produce(k, in, in_stride, weight, output.m - row0, row0, column0, begin, count, n_tiles, base, full, empty);
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
        for (int i = 0; i < count; i++) {
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
        float *mine = staged + (thread / 32 * 16 + thread % 32 / 4) * PITCH<BN> + thread % 4 * 2;
#pragma unroll
        for (int j = 0; j < BN / 8; j++) {
            stage_pair(mine + 8 * j, sums[4 * j], sums[4 * j + 1]);
            stage_pair(mine + 8 * PITCH<BN> + 8 * j, sums[4 * j + 2], sums[4 * j + 3]);
        }
        meet<CONSUMERS>();
        finish_tile<T, BM, BN, CONSUMERS, 1>(
                staged, output, row0, column0, blockIdx.y * gridDim.x + blockIdx.x, blockIdx.z, splits, thread);
    }

    static __device__ __forceinline__ void produce(
            int k, const T *in, int64_t in_stride, const unsigned char *weight, int rows, int row0, int column0,
            int begin, int count, int n_tiles, uint32_t base, uint32_t full, uint32_t empty) {
        const int lane = threadIdx.x % 32;
        const int k_tiles = (k + 63) / 64;
        const int in_row = lane / 8;
        const int in_chunk = lane % 8;
        // Rows in_row + 4 i: the swizzle has two places for a lane's chunk, for even and odd i.
        const T *in_from = in + (row0 + in_row) * in_stride + begin * 64 + in_chunk * 8;
        const uint32_t even = base + tile_offset(in_row, in_chunk);
        const uint32_t odd = base + tile_offset(in_row + 4, in_chunk);
        const unsigned char *w_from = weight + ((int64_t) (column0 / TILE_ROWS) * k_tiles + begin) * TILE_BYTES;
        int k_left = k - begin * 64 - in_chunk * 8;
        int stage = 0;
        int parity = 1;
        int report = 0;
#pragma unroll 1
        for (int i = 0; i < count + LAG; i++) {
            if (i < count) {
                barrier_wait(empty + 8 * stage, parity);
                if (lane == 0) {
                    const uint32_t barrier = full + 8 * stage;
                    barrier_arrive_expect(barrier, n_tiles * TILE_BYTES);
                    for (int tile = 0; tile < n_tiles; tile++) {
                        copy_bulk(
                                base + stage * STAGE_BYTES + IN_BYTES + tile * TILE_BYTES,
                                w_from + (int64_t) tile * k_tiles * TILE_BYTES, TILE_BYTES, barrier);
                    }
                }
                const int bytes = min(max(k_left, 0), 8) * 2;
#pragma unroll 8
                for (int j = 0; j < BM / 4; j++) {
                    const bool inside = in_row + 4 * j < rows;
                    copy_async(
                            (j & 1 ? odd - 4 * ROW_BYTES : even) + stage * STAGE_BYTES + j * 4 * ROW_BYTES,
                            inside && bytes > 0 ? in_from + j * 4 * in_stride : in,
                            inside ? bytes : 0);
                }
                in_from += 64;
                w_from += TILE_BYTES;
                k_left -= 64;
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

extern __shared__ __align__(1024) unsigned char ring[];

#define ENTRY(T, NAME, BM, BN, STAGES, BLOCKS)                                                                \
    extern "C" __global__ void __launch_bounds__(2 * BM + 32, BLOCKS) linear_wgmma_##BM##x##BN##_##NAME(      \
            int m, int n, int k, const T *in, int64_t in_stride, const unsigned char *weight,                 \
            const float *bias, const T *residual, int64_t residual_stride, T *out, int64_t out_stride,        \
            unsigned *workspace, int activation) {                                                            \
        GroupLinear<T, BM, BN, STAGES>::run(                                                                  \
                k, in, in_stride, weight,                                                                     \
                {m, n, bias, out, out_stride, residual, residual_stride, workspace, activation}, ring);       \
    }

// Tile, stages, blocks of an SM.
#define ENTRIES(T, NAME)                                                                                      \
    ENTRY(T, NAME, 64, 128, 4, 2)                                                                             \
    ENTRY(T, NAME, 128, 128, 3, 2)                                                                            \
    ENTRY(T, NAME, 128, 256, 4, 1)
