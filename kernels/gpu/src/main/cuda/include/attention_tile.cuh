// Tiles of rows in shared memory that copies fill and ldmatrix reads without bank conflicts.
//
// A row is CHUNKS chunks of 16 bytes, rows follow each other, and after every PERIOD rows one chunk stays empty. PERIOD rows are a
// multiple of 128 bytes, the width of shared memory: so eight lanes that copy eight neighbouring chunks fill one such width, and the
// same chunk of eight successive rows, as ldmatrix reads it, lies at eight different places of the width: PERIOD of them by the length
// of a row, and each empty chunk moves the next PERIOD on by one.
#pragma once
#include <cstdint>

/** Copies 16 bytes to shared memory, or 16 zeros if `valid` is false; `from` is a good address in any case. */
__device__ __forceinline__ void copy_chunk(uint32_t to, const void *from, bool valid) {
    const int bytes = valid ? 16 : 0;
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
}

__device__ __forceinline__ void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }

/** Waits until at most the PENDING latest groups of this thread's copies are under way. */
template <int PENDING>
__device__ __forceinline__ void await_copies() {
    asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
}

template <int CHUNKS_OF_ROW>
struct Tile {
    static constexpr int CHUNKS = CHUNKS_OF_ROW;
    static constexpr int LOW_BIT = CHUNKS & -CHUNKS;
    static constexpr int PERIOD = LOW_BIT >= 8 ? 1 : 8 / LOW_BIT;

    /** Byte offset of a chunk. */
    static __device__ __forceinline__ int place(int row, int chunk) {
        return (row * CHUNKS + chunk + row / PERIOD) * 16;
    }

    /** Bytes of a tile of so many rows, a multiple of 8. */
    static __host__ __device__ constexpr int bytes(int rows) { return (rows * CHUNKS + rows / PERIOD) * 16; }

    /**
     * Starts the copy of rows by `threads` threads, of which this is number `thread`. Rows from valid_rows on and chunks from
     * valid_chunks on become zeros. The caller commits.
     */
    template <typename T>
    static __device__ __forceinline__ void copy(
            uint32_t tile, const T *from, int stride, int rows, int valid_rows, int valid_chunks, int thread, int threads) {
        for (int i = thread; i < rows * CHUNKS; i += threads) {
            const int row = i / CHUNKS;
            const int chunk = i - row * CHUNKS;
            const bool valid = row < valid_rows && chunk < valid_chunks;
            const T *source = from + (valid ? (int64_t) row * stride + chunk * (16 / static_cast<int>(sizeof(T))) : 0);
            copy_chunk(tile + place(row, chunk), source, valid);
        }
    }
};

/** The approximate 2^x of the hardware, within 2 units of the last place; 0 for minus infinity. */
__device__ __forceinline__ float exp2_approximate(float x) {
    float y;
    asm("ex2.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

constexpr float MINUS_INFINITY = -__builtin_huge_valf();
