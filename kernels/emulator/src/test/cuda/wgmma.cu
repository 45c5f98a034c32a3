// C = A B^T in fp16 with fp32 accumulation for sm_90a, in the style of warp specialisation: one thread of a producer warpgroup fills a
// ring of three stages by bulk copies, a consumer warpgroup multiplies with wgmma, and the result leaves through a stage of the ring
// by a bulk copy. A and B come as tiles of 64 rows and 64 inner elements, 8 KiB each, one after the other along K and then by rows,
// every row's eight groups of 16 bytes mixed by the row (128-byte swizzle). C is tiles of 64 x 64 floats, row-major.
#include <cstdint>

constexpr int TILE = 64, STAGES = 3, TILE_BYTES = TILE * TILE * 2, STAGE_BYTES = 2 * TILE_BYTES, GROUP = 128;

__device__ __forceinline__ void init(uint32_t barrier, int count) {
    asm volatile("mbarrier.init.shared.b64 [%0], %1;" ::"r"(barrier), "r"(count) : "memory");
}

__device__ __forceinline__ void arrive(uint32_t barrier) {
    asm volatile("mbarrier.arrive.shared.b64 _, [%0];" ::"r"(barrier) : "memory");
}

__device__ __forceinline__ void expect(uint32_t barrier, int bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}

__device__ __forceinline__ void wait(uint32_t barrier, int parity) {
    asm volatile(
            "{\n"
            ".reg .pred done;\n"
            "AGAIN:\n"
            "mbarrier.try_wait.parity.shared.b64 done, [%0], %1;\n"
            "@!done bra AGAIN;\n"
            "}\n" ::"r"(barrier),
            "r"(parity)
            : "memory");
}

__device__ __forceinline__ void copyIn(uint32_t to, const void *from, uint32_t barrier) {
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(to), "l"(from),
                 "r"(TILE_BYTES), "r"(barrier)
                 : "memory");
}

// K-major, 128-byte swizzle: eight rows are 1024 bytes apart.
__device__ __forceinline__ uint64_t descriptor(uint32_t at) {
    return (uint64_t) 1 << 62 | (uint64_t) (1024 >> 4) << 32 | (uint64_t) 1 << 16 | (at >> 4);
}

__device__ __forceinline__ void multiply(float (&d)[32], uint64_t a, uint64_t b, int accumulate) {
    asm volatile(
            "{\n"
            ".reg .pred p;\n"
            "setp.ne.b32 p, %34, 0;\n"
            "wgmma.mma_async.sync.aligned.m64n64k16.f32.f16.f16 "
            "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
            "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, "
            "%32, %33, p, 1, 1, 0, 0;\n"
            "}\n"
            : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]), "+f"(d[7]), "+f"(d[8]),
              "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]), "+f"(d[14]), "+f"(d[15]), "+f"(d[16]),
              "+f"(d[17]), "+f"(d[18]), "+f"(d[19]), "+f"(d[20]), "+f"(d[21]), "+f"(d[22]), "+f"(d[23]), "+f"(d[24]),
              "+f"(d[25]), "+f"(d[26]), "+f"(d[27]), "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31])
            : "l"(a), "l"(b), "r"(accumulate));
}

__device__ __forceinline__ void produce(uint32_t base, uint32_t full, uint32_t empty, const uint8_t *a, const uint8_t *b, int steps) {
#pragma unroll 1
    for (int s = 0; s < steps; s++) {
        int stage = s % STAGES;
        // A barrier that has not completed a phase lets the first round through.
        wait(empty + 8 * stage, (s / STAGES & 1) ^ 1);
        expect(full + 8 * stage, STAGE_BYTES);
        copyIn(base + stage * STAGE_BYTES, a + (int64_t) s * TILE_BYTES, full + 8 * stage);
        copyIn(base + stage * STAGE_BYTES + TILE_BYTES, b + (int64_t) s * TILE_BYTES, full + 8 * stage);
    }
}

__device__ __forceinline__ void consume(uint32_t base, uint32_t full, uint32_t empty, float *c, int steps) {
    float d[32] = {};
#pragma unroll 1
    for (int s = 0; s < steps; s++) {
        int stage = s % STAGES;
        wait(full + 8 * stage, s / STAGES & 1);
        uint64_t a = descriptor(base + stage * STAGE_BYTES);
        uint64_t b = descriptor(base + stage * STAGE_BYTES + TILE_BYTES);
        asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#pragma unroll
        for (int k = 0; k < TILE / 16; k++) {
            // 16 inner elements are 32 bytes.
            multiply(d, a + 2 * k, b + 2 * k, s + k > 0);
        }
        asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
        asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory");
        if ((threadIdx.x & 31) == 0) {
            arrive(empty + 8 * stage);
        }
    }
    // All copies have arrived and all products are made: the ring's first stage takes the result.
    asm volatile("bar.sync 1, 128;" ::: "memory");
    int lane = threadIdx.x & 31;
    uint32_t row = base + ((threadIdx.x >> 5) * 16 + (lane >> 2)) * TILE * 4 + (lane & 3) * 8;
#pragma unroll
    for (int i = 0; i < 32; i += 2) {
        uint32_t to = row + (i >> 1 & 1) * 8 * TILE * 4 + (i >> 2) * 32;
        asm volatile("st.shared.v2.f32 [%0], {%1, %2};" ::"r"(to), "f"(d[i]), "f"(d[i + 1]) : "memory");
    }
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
    asm volatile("bar.sync 1, 128;" ::: "memory");
    if (threadIdx.x == 0) {
        asm volatile("cp.async.bulk.global.shared::cta.bulk_group [%0], [%1], %2;" ::"l"(c), "r"(base), "r"(TILE * TILE * 4) : "memory");
        asm volatile("cp.async.bulk.commit_group;" ::: "memory");
        asm volatile("cp.async.bulk.wait_group 0;" ::: "memory");
    }
}

extern "C" __global__ void __maxnreg__(168)
        gemm(int K, const uint8_t *A, const uint8_t *B, float *C) {
    extern __shared__ __align__(1024) uint8_t memory[];
    __shared__ __align__(8) uint64_t barriers[2 * STAGES];
    uint32_t base = (uint32_t) __cvta_generic_to_shared(memory);
    uint32_t full = (uint32_t) __cvta_generic_to_shared(barriers);
    uint32_t empty = full + 8 * STAGES;
    if (threadIdx.x == 0) {
        for (int s = 0; s < STAGES; s++) {
            init(full + 8 * s, 1);
            init(empty + 8 * s, GROUP / 32);
        }
        asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    }
    __syncthreads();
    int steps = K / TILE;
    if (threadIdx.x >= GROUP) {
        asm volatile("setmaxnreg.dec.sync.aligned.u32 40;");
        if (threadIdx.x == GROUP) {
            produce(base, full, empty, A + (int64_t) blockIdx.y * K * TILE * 2, B + (int64_t) blockIdx.x * K * TILE * 2, steps);
        }
    } else {
        asm volatile("setmaxnreg.inc.sync.aligned.u32 232;");
        consume(base, full, empty, C + ((int64_t) blockIdx.y * gridDim.x + blockIdx.x) * TILE * TILE, steps);
    }
}
