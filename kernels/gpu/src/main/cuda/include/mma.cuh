// Tensor cores by mma.sync m16n8k16: D[16, 8] += A[16, 16] B[16, 8], f16 or bf16 in, float32 sums.
//
// Lane l, g = l / 4, t = l % 4. Each 32-bit register of A and B holds two elements, the lower half first.
//
//   A  a0 (g, 2t..2t+1)   a2 (g, 2t+8..2t+9)       B  b0 (2t..2t+1, g)     D  d0 d1 (g, 2t..2t+1)
//      a1 (g+8, 2t..)     a3 (g+8, 2t+8..)            b1 (2t+8..2t+9, g)      d2 d3 (g+8, 2t..2t+1)
//
// ldmatrix.x4 fills four registers from four 8x8 matrices whose rows are 16 contiguous bytes; lane 8i + j gives the address of
// row j of matrix i. Register i then holds (row g, columns 2t..2t+1) of matrix i: that is A as it is, and B where its columns
// lie in memory as rows, as those of W do.
#pragma once
#include <cstdint>
#include <cuda_bf16.h>
#include <cuda_fp16.h>

/** Four 8x8 matrices of 16-bit elements; the address is in shared memory and 16-byte aligned. */
__device__ __forceinline__ void load_matrices(uint32_t (&r)[4], uint32_t address) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(address)
                 : "memory");
}

template <typename T>
__device__ __forceinline__ void multiply_add(float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1);

template <>
__device__ __forceinline__ void multiply_add<__half>(
        float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                 "{%0, %1, %2, %3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

template <>
__device__ __forceinline__ void multiply_add<__nv_bfloat16>(
        float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                 "{%0, %1, %2, %3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
