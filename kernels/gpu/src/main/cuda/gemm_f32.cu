// targets: sm_80
//
// Linear layer in float32 without tensor cores: out = act(in W^T + bias), or out += in W^T + bias.
//
// in [m, k] and out [m, n] row-major float32, their rows 16-byte aligned; W [n, k] in packed tiles (tile.cuh); bias float32 [n]
// or null. Any m, n, k.
// Launch: grid (ceil(n / 64), ceil(m / BM), splits), block 128, dynamic shared memory STAGES * (BM + 64) * 128 bytes; everything
// 16-byte aligned; with splits > 1 a workspace (epilogue.cuh) and at most COUNTERS tiles. splits <= ceil(k / 32).
// Numerics: fused multiply-adds in the order of k, the parts of splits added in order; bias, activation and residual in float32.
// Moves 4 n k bytes of weights ceil(m / BM) times and 4 m k of activations ceil(n / 64) times, from DRAM once where L2 holds
// them, 4 m n of output (8 m n with residual), and 8 m n (splits) bytes of partial sums; 2 m n k operations.
//
//   global --cp.async--> ring of STAGES x { in [BM][32], W [64][32] } --> threads, BM / 16 rows x 8 columns each
//
//   thread (x, y) = (t % 8, t / 8) has rows y, y + 16, ... and columns x, x + 8, ...: eight threads side by side read eight
//   rows of W, which the swizzle puts into different banks, and one row of in.
#include "cp_async.cuh"
#include "epilogue.cuh"
#include "tile.cuh"

template <int BM, int STAGES>
struct LinearFloat {
    static constexpr int BN = 64;
    static constexpr int THREADS = 128;
    static constexpr int TM = BM / 16;
    static constexpr int TN = BN / 8;
    static constexpr int STAGE_BYTES = (BM + BN) * ROW_BYTES;
    static_assert(STAGED_BYTES<BM, BN, 1> <= STAGES * STAGE_BYTES, "staging reuses the ring");

    static __device__ __forceinline__ void run(
            int k, const float *in, int64_t in_stride, const unsigned char *weight, const Output<float> &output,
            unsigned char *ring) {
        const int thread = threadIdx.x;
        const int row0 = blockIdx.y * BM;
        const int column0 = blockIdx.x * BN;
        const int splits = gridDim.z;
        const int k_tiles = (k + 31) / 32;
        const int begin = (int64_t) k_tiles * blockIdx.z / splits;
        const int count = (int64_t) k_tiles * (blockIdx.z + 1) / splits - begin;
        const uint32_t base = shared_address(ring);

        const int in_row = thread / 8;
        const int in_chunk = thread % 8;
        const float *in_from = in + (row0 + in_row) * in_stride + begin * 32 + in_chunk * 4;
        const uint32_t in_to = base + tile_offset(in_row, in_chunk);
        int k_left = k - begin * 32 - in_chunk * 4;
        const int rows_left = output.m - row0 - in_row;
        const unsigned char *w_from =
                weight + ((int64_t) blockIdx.x * k_tiles + begin) * TILE_BYTES + thread * 16;
        const uint32_t w_to = base + BM * ROW_BYTES + thread * 16;

        auto load = [&](int stage) {
            const int bytes = min(max(k_left, 0), 4) * 4;
#pragma unroll
            for (int i = 0; i < BM / 16; i++) {
                const bool inside = i * 16 < rows_left;
                copy_async(
                        in_to + stage * STAGE_BYTES + i * 16 * ROW_BYTES,
                        inside && bytes > 0 ? in_from + i * 16 * in_stride : in,
                        inside ? bytes : 0);
            }
#pragma unroll
            for (int i = 0; i < BN / 16; i++) {
                copy_async(w_to + stage * STAGE_BYTES + i * 16 * ROW_BYTES, w_from + i * 16 * ROW_BYTES, 16);
            }
            in_from += 32;
            w_from += TILE_BYTES;
            k_left -= 32;
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
            if (s < count) {
                load(s);
            }
            commit_copies();
        }
        int stage = 0;
#pragma unroll 1
        for (int i = 0; i < count; i++) {
            wait_copies<STAGES - 2>();
            // Everybody's copies of this stage are there, and everybody has read the stage before it, which is filled next.
            __syncthreads();
            if (i + STAGES - 1 < count) {
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
        finish_tile<float, BM, BN, THREADS, 1>(
                staged, output, row0, column0, blockIdx.y * gridDim.x + blockIdx.x, blockIdx.z, splits, thread);
    }
};

extern __shared__ __align__(1024) unsigned char ring[];

#define ENTRY(BM, STAGES)                                                                                    \
    extern "C" __global__ void __launch_bounds__(128, BM == 128 ? 3 : 6) linear_##BM##x64_f32(                                  \
            int m, int n, int k, const float *in, int64_t in_stride, const unsigned char *weight,            \
            const float *bias, float *out, int64_t out_stride, unsigned *workspace, int activation,          \
            int residual) {                                                                                  \
        LinearFloat<BM, STAGES>::run(                                                                        \
                k, in, in_stride, weight, {m, n, bias, out, out_stride, workspace, activation, residual},    \
                ring);                                                                                       \
    }

ENTRY(128, 3)
ENTRY(32, 4)
