// Asynchronous copies of 16 bytes from global to shared memory, past the registers.
//
//   issue   tile k+3 ---> stage 3      A thread's copies form groups; wait_copies<N> leaves its N newest groups pending.
//   wait    tile k   <--- stage 0      What other threads copied is visible after a barrier that follows their waits.
#pragma once
#include <cstdint>

/** A shared-memory address as ldmatrix, cp.async and mbarriers take it. */
__device__ __forceinline__ uint32_t shared_address(const void *p) {
    return (uint32_t) __cvta_generic_to_shared(p);
}

/** Copies the first {@code bytes} (0 to 16) of 16 and sets the rest to zero; with 0 the source is not read. Past L1. */
__device__ __forceinline__ void copy_async(uint32_t to, const void *from, int bytes) {
    asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
}

/** The same by way of L1, for what this block will read again. */
__device__ __forceinline__ void copy_async_cached(uint32_t to, const void *from, int bytes) {
    asm volatile("cp.async.ca.shared.global.L2::128B [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
}

/** Ends a group of copies; an empty group counts. */
__device__ __forceinline__ void commit_copies() {
    asm volatile("cp.async.commit_group;" ::: "memory");
}

/** Waits until at most N of this thread's groups are pending. */
template <int N>
__device__ __forceinline__ void wait_copies() {
    asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
}
