// Packed tiles: 128 bytes of each of 64 rows, 8 KiB that lie together. Weights are stored so in global memory, activations are
// put so into shared memory.
//
//   row r   | chunk 0 | chunk 1 | ... | chunk 7 |     chunk c of 16 bytes (8 halves or 4 floats) lies at place c ^ (r % 8)
//
// so eight rows of one chunk, and eight chunks of one row, each cover all 32 banks once. It is the 128-byte swizzle of wgmma.
// W [n, k] is ceil(n / 64) rows of ceil(k / TILE_COLUMNS) tiles, row-major, padded with zeros.
#pragma once
#include <cstdint>

constexpr int TILE_ROWS = 64;
constexpr int ROW_BYTES = 128;
constexpr int TILE_BYTES = TILE_ROWS * ROW_BYTES;

/** Elements of T in a row of a tile. */
template <typename T>
constexpr int TILE_COLUMNS = ROW_BYTES / sizeof(T);

/** Offset of a chunk of a row, in bytes. */
__device__ __forceinline__ int tile_offset(int row, int chunk) {
    return row * ROW_BYTES + ((chunk ^ row & 7) << 4);
}

/** Tiles along K that this block sums: part blockIdx.z of gridDim.z. */
struct KRange {
    int begin;
    int count;
};

__device__ __forceinline__ KRange k_range(int k_tiles) {
    const int begin = (int64_t) k_tiles * blockIdx.z / gridDim.z;
    return {begin, (int) ((int64_t) k_tiles * (blockIdx.z + 1) / gridDim.z) - begin};
}
