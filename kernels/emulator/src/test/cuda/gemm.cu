// C = A B^T in fp16 with fp32 accumulation, as an inference library would write it for sm_80: blocks of 64x64, K in steps of 32,
// three stages of cp.async, swizzled shared memory, ldmatrix, mma.sync. M, N multiples of 64, K of 32.
#include <cstdint>

constexpr int TILE = 64, STEP = 32, STAGES = 3, ROW = STEP * 2;

__device__ __forceinline__ uint32_t swizzled(int row, int chunk) {
    return row * ROW + ((chunk ^ (row >> 1 & 3)) << 4);
}

__device__ __forceinline__ void copy16(uint32_t to, const void *from) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(to), "l"(from) : "memory");
}

__device__ __forceinline__ void load(uint32_t a, uint32_t b, const uint16_t *A, const uint16_t *B, int K, int k) {
    for (int i = 0; i < 2; i++) {
        int piece = threadIdx.x + i * 128;
        int row = piece >> 2, chunk = piece & 3;
        copy16(a + swizzled(row, chunk), A + (int64_t) row * K + k + chunk * 8);
        copy16(b + swizzled(row, chunk), B + (int64_t) row * K + k + chunk * 8);
    }
    asm volatile("cp.async.commit_group;" ::: "memory");
}

extern "C" __global__ void __launch_bounds__(128)
        gemm(int M, int N, int K, const uint16_t *A, const uint16_t *B, float *C) {
    __shared__ __align__(128) uint8_t memory[STAGES * 2 * TILE * ROW];
    uint32_t base = (uint32_t) __cvta_generic_to_shared(memory);
    int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
    int m0 = (warp & 1) * 32, n0 = (warp >> 1) * 32;
    const uint16_t *a = A + (int64_t) blockIdx.y * TILE * K;
    const uint16_t *b = B + (int64_t) blockIdx.x * TILE * K;
    float acc[2][4][4] = {};
    int steps = K / STEP;
    for (int s = 0; s < STAGES - 1; s++) {
        if (s < steps) {
            load(base + s * 2 * TILE * ROW, base + (s * 2 + 1) * TILE * ROW, a, b, K, s * STEP);
        } else {
            asm volatile("cp.async.commit_group;" ::: "memory");
        }
    }
    for (int s = 0; s < steps; s++) {
        asm volatile("cp.async.wait_group %0;" ::"n"(STAGES - 2) : "memory");
        __syncthreads();
        int next = s + STAGES - 1;
        if (next < steps) {
            int stage = next % STAGES;
            load(base + stage * 2 * TILE * ROW, base + (stage * 2 + 1) * TILE * ROW, a, b, K, next * STEP);
        } else {
            asm volatile("cp.async.commit_group;" ::: "memory");
        }
        uint32_t sa = base + s % STAGES * 2 * TILE * ROW, sb = sa + TILE * ROW;
#pragma unroll
        for (int k = 0; k < STEP; k += 16) {
            uint32_t fa[2][4], fb[2][4];
#pragma unroll
            for (int i = 0; i < 2; i++) {
                uint32_t at = sa + swizzled(m0 + i * 16 + (lane & 15), (k >> 3) + (lane >> 4));
                asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                             : "=r"(fa[i][0]), "=r"(fa[i][1]), "=r"(fa[i][2]), "=r"(fa[i][3])
                             : "r"(at));
                int row = n0 + i * 16 + (lane & 7) + (lane >> 4 << 3);
                at = sb + swizzled(row, (k >> 3) + (lane >> 3 & 1));
                asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                             : "=r"(fb[i][0]), "=r"(fb[i][1]), "=r"(fb[i][2]), "=r"(fb[i][3])
                             : "r"(at));
            }
#pragma unroll
            for (int i = 0; i < 2; i++) {
#pragma unroll
                for (int j = 0; j < 4; j++) {
                    float *c = acc[i][j];
                    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
                                 "{%0,%1,%2,%3};"
                                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                                 : "r"(fa[i][0]), "r"(fa[i][1]), "r"(fa[i][2]), "r"(fa[i][3]), "r"(fb[j >> 1][(j & 1) * 2]),
                                   "r"(fb[j >> 1][(j & 1) * 2 + 1]));
                }
            }
        }
    }
    asm volatile("cp.async.wait_all;" ::: "memory");
    int row = blockIdx.y * TILE + m0 + (lane >> 2), column = blockIdx.x * TILE + n0 + (lane & 3) * 2;
#pragma unroll
    for (int i = 0; i < 2; i++) {
#pragma unroll
        for (int j = 0; j < 4; j++) {
            float *to = C + (int64_t) (row + i * 16) * N + column + j * 8;
            *(float2 *) to = make_float2(acc[i][j][0], acc[i][j][1]);
            *(float2 *) (to + 8 * (int64_t) N) = make_float2(acc[i][j][2], acc[i][j][3]);
        }
    }
}
