// targets: sm_80
//
// A pass of the resize of RGB images, as Pillow and torchvision do it for 8-bit samples; two passes make a resize with its crop.
//
//   across: out[y, x, c] = clamp((2^(bits - 1) + sum over k < counts[x] of in[y, starts[x] + k, c] * weights[k, x]) >> bits)
//   down:   out[y, x, c] = clamp((2^(bits - 1) + sum over k < counts[y] of in[starts[y] + k, x, c] * weights[k, y]) >> bits)
//   copy:   out[y, x, c] = in[y, x, c]
//
// clamp to 0..255. x and y count from the corner of a window, which lies at (pad_left, pad_top) on the output; the output around it is
// filled. in, out uint8 [rows, columns, 3], each row `pitch` bytes from the last; starts, counts int32 [window], weights int32 [taps,
// window]. Each image has a descriptor (struct Pass) for each of the two launches; an image that needs one pass has kind 0 in the first.
// Launch: grid (most tiles of 64 x 4 pixels of any image, images), block = 256, 32,784 bytes of static shared memory. Descriptors, starts,
// counts, weights 8-byte aligned; images need no alignment.
// Numerics: int32, the same sums as on the host, so the bytes are the same.
// Moves the input once for each tile that needs it: across in words of 4 bytes by way of shared memory if the part of a row that 64
// pixels need fits 8 KiB, else byte by byte; down byte by byte, lanes side by side. 2 * taps operations per output byte.
#include <cstdint>

struct Pass {
    const uint8_t *in;
    uint8_t *out;
    const int *starts;
    const int *counts;
    const int *weights;
    int in_pitch;
    int out_pitch;
    int kind;
    int bits;
    int rows;
    int columns;
    int window_rows;
    int window_columns;
    int pad_top;
    int pad_left;
    int fill;
    int unused[3];
};
static_assert(sizeof(Pass) == 96, "the host writes 96 bytes");

constexpr int NONE = 0;
constexpr int ACROSS = 2;
constexpr int DOWN = 3;
constexpr int TILE_COLUMNS = 64;
constexpr int TILE_ROWS = 4;
constexpr int THREADS = TILE_COLUMNS * TILE_ROWS;
constexpr int STAGED_BYTES = 8192;

__device__ __forceinline__ uint8_t clamp_byte(int value) { return static_cast<uint8_t>(min(max(value, 0), 255)); }

/** Copies `bytes` bytes of a row to `staged`, shifted by what `from` lies behind a word's start; returns the shift. */
__device__ __forceinline__ int stage_row(uint32_t *staged, const uint8_t *from, int bytes, int thread, int threads) {
    const int skew = static_cast<int>(reinterpret_cast<uintptr_t>(from) & 3);
    const uint8_t *words = from - skew;
    uint8_t *target = reinterpret_cast<uint8_t *>(staged);
    for (int i = 4 * thread; i < skew + bytes; i += 4 * threads) {
        if (i >= skew && i + 4 <= skew + bytes) {
            *reinterpret_cast<uint32_t *>(target + i) = *reinterpret_cast<const uint32_t *>(words + i);
        } else {
            for (int k = i; k < i + 4; k++) {
                if (k >= skew && k < skew + bytes) {
                    target[k] = words[k];
                }
            }
        }
    }
    return skew;
}

__device__ __forceinline__ void sum_across(const uint8_t *samples, const int *weights, int pitch, int count, int bits, uint8_t *to) {
    int r = 1 << (bits - 1);
    int g = r;
    int b = r;
    for (int k = 0; k < count; k++) {
        const int weight = weights[(int64_t) k * pitch];
        r += samples[3 * k] * weight;
        g += samples[3 * k + 1] * weight;
        b += samples[3 * k + 2] * weight;
    }
    to[0] = clamp_byte(r >> bits);
    to[1] = clamp_byte(g >> bits);
    to[2] = clamp_byte(b >> bits);
}

__device__ __forceinline__ void across(const Pass &pass, int row0, int column0) {
    __shared__ uint32_t staged[TILE_ROWS][STAGED_BYTES / 4 + 1];
    const int first = max(0, column0 - pass.pad_left);
    const int end = min(pass.window_columns, column0 + TILE_COLUMNS - pass.pad_left);
    const int thread = threadIdx.x % TILE_COLUMNS;
    const int line = threadIdx.x / TILE_COLUMNS;
    const int y = row0 + line;
    const int x = column0 + thread;
    const int window_y = y - pass.pad_top;
    const int window_x = x - pass.pad_left;
    const bool has_row = window_y >= 0 && window_y < pass.window_rows;
    // Windows of filters move on with their pixels, so the first and the last pixel bound what is needed.
    int bytes = 0;
    const uint8_t *needed = pass.in;
    if (first < end) {
        const int from = pass.starts[first];
        bytes = (pass.starts[end - 1] + pass.counts[end - 1] - from) * 3;
        needed += (int64_t) window_y * pass.in_pitch + (int64_t) from * 3;
    }
    const bool fits = bytes <= STAGED_BYTES - 4;
    const uint8_t *samples = needed;
    if (fits) {
        if (has_row) {
            samples = reinterpret_cast<const uint8_t *>(staged[line])
                      + stage_row(staged[line], needed, bytes, thread, TILE_COLUMNS);
        }
        __syncthreads();
    }
    if (y >= pass.rows || x >= pass.columns) {
        return;
    }
    uint8_t *to = pass.out + (int64_t) y * pass.out_pitch + (int64_t) x * 3;
    if (has_row && window_x >= 0 && window_x < pass.window_columns) {
        sum_across(samples + (pass.starts[window_x] - pass.starts[first]) * 3, pass.weights + window_x, pass.window_columns,
                   pass.counts[window_x], pass.bits, to);
    } else {
        to[0] = to[1] = to[2] = static_cast<uint8_t>(pass.fill);
    }
}

/** A byte of the passes that need no neighbours in their row. */
__device__ __forceinline__ uint8_t byte_of(const Pass &pass, int window_y, int in_window) {
    if (window_y < 0 || window_y >= pass.window_rows || in_window < 0 || in_window >= 3 * pass.window_columns) {
        return static_cast<uint8_t>(pass.fill);
    }
    const uint8_t *from = pass.in + in_window;
    if (pass.kind != DOWN) {
        return from[(int64_t) window_y * pass.in_pitch];
    }
    from += (int64_t) pass.starts[window_y] * pass.in_pitch;
    const int *weights = pass.weights + window_y;
    int sum = 1 << (pass.bits - 1);
    const int count = pass.counts[window_y];
#pragma unroll 4
    for (int k = 0; k < count; k++) {
        sum += from[(int64_t) k * pass.in_pitch] * weights[(int64_t) k * pass.window_rows];
    }
    return clamp_byte(sum >> pass.bits);
}

extern "C" __global__ void __launch_bounds__(THREADS) resize_pass(const Pass *passes) {
    const Pass &pass = passes[blockIdx.y];
    const int tiles = (pass.columns + TILE_COLUMNS - 1) / TILE_COLUMNS;
    if (pass.kind == NONE || static_cast<int>(blockIdx.x) >= tiles * ((pass.rows + TILE_ROWS - 1) / TILE_ROWS)) {
        return;
    }
    const int row0 = blockIdx.x / tiles * TILE_ROWS;
    const int column0 = blockIdx.x % tiles * TILE_COLUMNS;
    if (pass.kind == ACROSS) {
        across(pass, row0, column0);
        return;
    }
    const int row_bytes = 3 * min(TILE_COLUMNS, pass.columns - column0);
    for (int i = threadIdx.x; i < 3 * TILE_COLUMNS * TILE_ROWS; i += THREADS) {
        const int y = row0 + i / (3 * TILE_COLUMNS);
        const int byte = i % (3 * TILE_COLUMNS);
        if (y < pass.rows && byte < row_bytes) {
            pass.out[(int64_t) y * pass.out_pitch + (int64_t) column0 * 3 + byte] =
                    byte_of(pass, y - pass.pad_top, 3 * (column0 - pass.pad_left) + byte);
        }
    }
}
