// Sums and maxima over the lanes of a warp and the warps of a block. Every thread gets the result; the order of the additions is fixed.
#pragma once
#include <cuda_runtime.h>

constexpr int WARP = 32;

struct Sum {
    static __device__ __forceinline__ float of(float a, float b) { return a + b; }
};

struct Maximum {
    static __device__ __forceinline__ float of(float a, float b) { return fmaxf(a, b); }
};

/** Over all lanes of a whole warp. */
template <typename Operation>
__device__ __forceinline__ float reduce_warp(float x) {
#pragma unroll
    for (int distance = WARP / 2; distance > 0; distance /= 2) {
        x = Operation::of(x, __shfl_xor_sync(0xffffffffu, x, distance));
    }
    return x;
}

/** Over all threads of a block of WARPS whole warps. `scratch` holds WARPS floats and may be used again at once. */
template <typename Operation, int WARPS>
__device__ __forceinline__ float reduce_block(float x, float *scratch) {
    x = reduce_warp<Operation>(x);
    if (threadIdx.x % WARP == 0) {
        scratch[threadIdx.x / WARP] = x;
    }
    __syncthreads();
    x = scratch[0];
#pragma unroll
    for (int i = 1; i < WARPS; i++) {
        x = Operation::of(x, scratch[i]);
    }
    __syncthreads();
    return x;
}
