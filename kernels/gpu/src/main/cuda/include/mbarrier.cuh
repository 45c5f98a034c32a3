// Barriers in shared memory that count threads and bytes, and bulk copies that report to them. For sm_90 and later.
//
//   full[stage]    producer: arrive, and expect so many bytes of bulk copies    ---> consumers wait
//   empty[stage]   consumers: arrive when they have read the stage              ---> producer waits
//
// A barrier is 8 bytes. The i-th phase (i = 0, 1, ...) ends when all arrivals and bytes of it are there; a wait names the
// phase's parity, i % 2. A wait of parity 1 on a fresh barrier returns at once.
#pragma once
#include <cstdint>

__device__ __forceinline__ void barrier_init(uint32_t barrier, int arrivals) {
    asm volatile("mbarrier.init.shared.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals) : "memory");
}

/** Makes barriers known to bulk copies; a barrier of the block follows. */
__device__ __forceinline__ void publish_barriers() {
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
}

__device__ __forceinline__ void barrier_arrive(uint32_t barrier) {
    asm volatile("mbarrier.arrive.shared.b64 _, [%0];" ::"r"(barrier) : "memory");
}

/** Arrives, and lets the phase end only when so many bytes have been copied. */
__device__ __forceinline__ void barrier_arrive_expect(uint32_t barrier, int bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}

__device__ __forceinline__ void barrier_wait(uint32_t barrier, int parity) {
    uint32_t done;
    do {
        asm volatile(
                "{\n"
                ".reg .pred done;\n"
                "mbarrier.try_wait.parity.shared.b64 done, [%1], %2;\n"
                "selp.u32 %0, 1, 0, done;\n"
                "}"
                : "=r"(done)
                : "r"(barrier), "r"(parity)
                : "memory");
    } while (!done);
}

/** Copies bytes, a multiple of 16 between 16-byte aligned places; the barrier counts them. One thread calls it. */
__device__ __forceinline__ void copy_bulk(uint32_t to, const void *from, int bytes, uint32_t barrier) {
    // The destination is the block's own shared memory: a plain address is valid in the cluster's window.
    asm volatile(
            "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(to),
            "l"(from), "r"(bytes), "r"(barrier)
            : "memory");
}

/** Lets wgmma and bulk copies see what this thread wrote to shared memory before. */
__device__ __forceinline__ void fence_async_proxy() {
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}
