// Rows of a matrix [m, k] of T as the input of a product: what lies beyond m and k is zero.
#pragma once
#include "cp_async.cuh"
#include "storage.cuh"
#include "tile.cuh"

/** The rows blockIdx.y * BM + thread / 8 + i THREADS / 8, chunk thread % 8 of each tile from `tile` on; thread is 0 to THREADS - 1. */
template <typename T, int BM, int THREADS>
struct MatrixRows {
    const T *in;
    const T *from;
    int64_t stride;
    int k_left;
    int rows_left;

    __device__ __forceinline__ MatrixRows(const T *in, int64_t stride, int m, int k, int tile, int thread)
        : in(in), stride(stride) {
        const int row = blockIdx.y * BM + thread / 8;
        const int column = tile * TILE_COLUMNS<T> + thread % 8 * PACK<T>;
        from = in + row * stride + column;
        k_left = k - column;
        rows_left = m - row;
    }

    __device__ __forceinline__ void copy(uint32_t to) {
        const int bytes = min(max(k_left, 0), PACK<T>) * (int) sizeof(T);
#pragma unroll
        for (int i = 0; i < BM * 8 / THREADS; i++) {
            constexpr int ROWS = THREADS / 8;
            const bool inside = i * ROWS < rows_left;
            copy_async(
                    to + i * ROWS * ROW_BYTES, inside && bytes > 0 ? from + i * ROWS * stride : in, inside ? bytes : 0);
        }
        from += TILE_COLUMNS<T>;
        k_left -= TILE_COLUMNS<T>;
    }
};
