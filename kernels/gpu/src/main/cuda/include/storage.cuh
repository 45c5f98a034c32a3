// Storage types: fp16, bf16 and fp32 in memory, fp32 in registers. A pack is 16 bytes, the widest access of a thread.
#pragma once
#include <cstdint>
#include <cuda_bf16.h>
#include <cuda_fp16.h>

/** How many elements of T make 16 bytes. */
template <typename T>
constexpr int PACK = 16 / sizeof(T);

__device__ __forceinline__ float to_float(float x) { return x; }
__device__ __forceinline__ float to_float(__half x) { return __half2float(x); }
__device__ __forceinline__ float to_float(__nv_bfloat16 x) { return __bfloat162float(x); }

/** Rounds to nearest even. */
template <typename T>
__device__ __forceinline__ T from_float(float x);
template <>
__device__ __forceinline__ float from_float<float>(float x) { return x; }
template <>
__device__ __forceinline__ __half from_float<__half>(float x) { return __float2half_rn(x); }
template <>
__device__ __forceinline__ __nv_bfloat16 from_float<__nv_bfloat16>(float x) { return __float2bfloat16_rn(x); }

/** 16 bytes of T, moved by one instruction; the address is a multiple of 16. */
template <typename T>
struct alignas(16) Pack {
    T values[PACK<T>];

    static __device__ __forceinline__ Pack load(const T *from) {
        return *reinterpret_cast<const Pack *>(from);
    }

    __device__ __forceinline__ void store(T *to) const {
        *reinterpret_cast<Pack *>(to) = *this;
    }
};
