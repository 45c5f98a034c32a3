// Windows of images as the input of a product: the rows of an im2col matrix that exists in shared memory only.
//
//   in [images * height * width, channels] of T, a row for each pixel (NHWC), rows 16-byte aligned
//
//   row r of the product    the window of output pixel r = (image * out_height + y) * out_width + x
//   column k                tap (ky, kx) and channel c of it, k = (ky * kernel_width + kx) * C + c, C the channels rounded up to a
//                           chunk of 16 bytes: pixel (y * stride - padding + ky, x * stride - padding + kx), 0 outside of the image
//
// Pooled, rows 4 q .. 4 q + 3 are the output pixels (2 y, 2 x), (2 y, 2 x + 1), (2 y + 1, 2 x), (2 y + 1, 2 x + 1) of pixel q of the
// halved map; a last odd line or column is left out.
//
// A row is described once, by its corner (the chunk in memory at which its window begins, perhaps before the image) and by the taps
// that lie inside: bit ky for lines, bit 16 + kx for columns. Kernels are at most MAX_KERNEL on a side, so that bits of taps behind
// the last one, which the last tile along K asks for, stay apart. Chunks are counted in 32 bits.
#pragma once
#include "cp_async.cuh"
#include "storage.cuh"
#include "tile.cuh"

constexpr int MAX_KERNEL = 7;

/** A convolution's geometry. */
struct Windows {
    int height;
    int width;
    int channels;
    int out_height;
    int out_width;
    int kernel_height;
    int kernel_width;
    int stride;
    int padding;
    /** 1, or 2 for rows in the order of 2 x 2 pooling. */
    int pool;

    /** Chunks of 16 bytes that the channels of a tap take in a packed weight. */
    template <typename T>
    __device__ __forceinline__ int chunks() const {
        return (channels + PACK<T> - 1) / PACK<T>;
    }

    /** Tiles along K. */
    template <typename T>
    __device__ __forceinline__ int k_tiles() const {
        return (kernel_height * kernel_width * chunks<T>() + 7) / 8;
    }
};

/** Where the window of a row begins, in chunks, and its taps inside the image. */
struct RowWindow {
    int corner;
    unsigned taps;
};

/** `count` bits from `begin` on that lie in 0 .. size - 1 when bit i stands for place begin + i. */
__device__ __forceinline__ unsigned bits_inside(int begin, int size, int count) {
    const int first = max(0, -begin);
    const int end = max(first, min(count, size - begin));
    return (1u << end) - (1u << first);
}

/** `pitch`: chunks from pixel to pixel. */
__device__ __forceinline__ RowWindow row_window(const Windows &windows, int row, int rows, int pitch) {
    if (row >= rows) {
        return {0, 0};
    }
    const int pool = windows.pool;
    const int across = windows.out_width / pool;
    const int down = windows.out_height / pool;
    const int pixel = row / (pool * pool);
    const int line = pixel / across;
    const int image = line / down;
    const int y = (line - image * down) * pool + row / 2 % pool;
    const int x = (pixel - line * across) * pool + row % pool;
    const int top = y * windows.stride - windows.padding;
    const int left = x * windows.stride - windows.padding;
    return {((image * windows.height + top) * windows.width + left) * pitch,
            bits_inside(top, windows.height, windows.kernel_height) |
                    bits_inside(left, windows.width, windows.kernel_width) << 16};
}

/** Describes the block's BM rows, each of `threads` threads some of them. A barrier follows. */
template <typename T, int BM>
__device__ __forceinline__ void describe_rows(
        RowWindow *described, int64_t in_stride, const Windows &windows, int rows, int thread, int threads) {
    for (int row = thread; row < BM; row += threads) {
        described[row] = row_window(windows, blockIdx.y * BM + row, rows, (int) (in_stride / PACK<T>));
    }
}

/**
 * The rows blockIdx.y * BM + thread / 8 + i THREADS / 8, chunk thread % 8 of each tile from `tile` on; thread is 0 to THREADS - 1 and
 * `described` what describe_rows left.
 */
template <typename T, int BM, int THREADS>
struct PixelRows {
    static constexpr int ROWS = THREADS / 8;
    static constexpr int COUNT = BM / ROWS;
    static_assert(BM % ROWS == 0, "");

    const T *in;
    int corners[COUNT];
    unsigned taps[COUNT];
    int pitch;
    int width;
    int channels;
    int kernel_width;
    int chunks;
    // The next tile's tap and chunk, and how far a tile is in taps and chunks.
    int ky, kx, chunk;
    int step_y, step_x, step_chunk;

    __device__ __forceinline__ PixelRows(
            const T *in, int64_t in_stride, const Windows &windows, const RowWindow *described, int tile, int thread)
        : in(in), width(windows.width), channels(windows.channels), kernel_width(windows.kernel_width) {
        pitch = (int) (in_stride / PACK<T>);
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            const RowWindow window = described[thread / 8 + i * ROWS];
            corners[i] = window.corner;
            taps[i] = window.taps;
        }
        chunks = windows.chunks<T>();
        const int first = tile * 8 + thread % 8;
        chunk = first % chunks;
        ky = first / chunks / kernel_width;
        kx = first / chunks % kernel_width;
        step_chunk = 8 % chunks;
        step_y = 8 / chunks / kernel_width;
        step_x = 8 / chunks % kernel_width;
    }

    __device__ __forceinline__ void copy(uint32_t to) {
        const unsigned tap = 1u << ky | 0x10000u << kx;
        const int offset = (ky * width + kx) * pitch + chunk;
        const int bytes = min(channels - chunk * PACK<T>, PACK<T>) * (int) sizeof(T);
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            const bool inside = (taps[i] & tap) == tap;
            copy_async_cached(
                    to + i * ROWS * ROW_BYTES,
                    inside ? in + (int64_t) (corners[i] + offset) * PACK<T> : in,
                    inside ? bytes : 0);
        }
        chunk += step_chunk;
        kx += step_x;
        ky += step_y;
        if (chunk >= chunks) {
            chunk -= chunks;
            kx++;
        }
        if (kx >= kernel_width) {
            kx -= kernel_width;
            ky++;
        }
    }
};
