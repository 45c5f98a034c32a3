// targets: sm_80
//
// Patches of images as the rows of a matrix, so that the patch embedding is a product.
//
//   out[(b * g + gy) * g + gx, (c * P + py) * P + px] = in(b, gy * P + py, gx * P + px, c)
//
// unfold_bytes:  in uint8 [B, S, S, 3], and centre[c] is subtracted: whole numbers of at most 255, exact in every T.
// unfold_floats: in fp32 [B, 3, S, S], rounded to T.
// out [B * g * g, 3 * P * P] of T with a stride, g = S / P; pixels beyond g * P are left out.
// Launch: unfold_bytes: grid (g over `group` patches, g, B), block = 128, dynamic shared memory P * (group * P * 3 rounded up to a
// multiple of 4, and 4 more) bytes; each block takes `group` patches side by side. unfold_floats: grid (3 * P * P over 128, g, B),
// block = 128. in is 4-byte aligned, rows of out 16-byte aligned.
// Moves each pixel once in and once out: words of 4 bytes in, packs of 16 bytes out (unfold_floats: runs of P floats in, an element per
// lane out). One operation per element and the place of each.
#include "storage.cuh"

/** Bytes of a row of the staged strip: as far from a word's start as in memory, so that whole words are copied. */
__device__ __forceinline__ int staged_pitch(int row_bytes) { return ((row_bytes + 3) & ~3) + 4; }

template <typename T>
__device__ __forceinline__ void unfold_bytes(
        int side, int patch, int group, const uint8_t *in, int centre_r, int centre_g, int centre_b, T *out, int stride) {
    extern __shared__ uint32_t staged_words[];
    uint8_t *staged = reinterpret_cast<uint8_t *>(staged_words);
    const int grid = side / patch;
    const int first = blockIdx.x * group;
    const int patches = min(group, grid - first);
    const int pitch = staged_pitch(group * patch * 3);
    const int row_bytes = patches * patch * 3;
    const int64_t corner = (((int64_t) blockIdx.z * side + blockIdx.y * patch) * side + first * patch) * 3;
    const int words = pitch / 4;
    for (int i = threadIdx.x; i < patch * words; i += blockDim.x) {
        const int y = i / words;
        const int from = 4 * (i - y * words);
        const int64_t start = corner + (int64_t) y * side * 3;
        const int skew = static_cast<int>(start & 3);
        const uint8_t *source = in + (start - skew) + from;
        uint8_t *target = staged + y * pitch + from;
        if (from >= skew && from + 4 <= skew + row_bytes) {
            *reinterpret_cast<uint32_t *>(target) = *reinterpret_cast<const uint32_t *>(source);
        } else {
            for (int k = 0; k < 4; k++) {
                if (from + k >= skew && from + k < skew + row_bytes) {
                    target[k] = source[k];
                }
            }
        }
    }
    __syncthreads();
    const int elements = 3 * patch * patch;
    const int packs = (elements + PACK<T> - 1) / PACK<T>;
    for (int i = threadIdx.x; i < patches * packs; i += blockDim.x) {
        const int which = i / packs;
        const int k = (i - which * packs) * PACK<T>;
        int c = k / (patch * patch);
        int py = (k - c * patch * patch) / patch;
        int px = k - (c * patch + py) * patch;
        Pack<T> pack;
#pragma unroll
        for (int j = 0; j < PACK<T>; j++) {
            int value = 0;
            if (k + j < elements) {
                const int skew = static_cast<int>((corner + (int64_t) py * side * 3) & 3);
                const int centre = c == 0 ? centre_r : c == 1 ? centre_g : centre_b;
                value = staged[py * pitch + skew + (which * patch + px) * 3 + c] - centre;
                if (++px == patch) {
                    px = 0;
                    if (++py == patch) {
                        py = 0;
                        c++;
                    }
                }
            }
            pack.values[j] = from_float<T>(static_cast<float>(value));
        }
        const int64_t row = ((int64_t) blockIdx.z * grid + blockIdx.y) * grid + first + which;
        pack.store(out + row * stride + k);
    }
}

template <typename T>
__device__ __forceinline__ void unfold_floats(int side, int patch, const float *in, T *out, int stride) {
    const int grid = side / patch;
    const int k = blockIdx.x * blockDim.x + threadIdx.x;
    if (k >= 3 * patch * patch) {
        return;
    }
    const int c = k / (patch * patch);
    const int py = (k - c * patch * patch) / patch;
    const int px = k - (c * patch + py) * patch;
    const float *from = in + (((int64_t) blockIdx.z * 3 + c) * side + blockIdx.y * patch + py) * side + px;
    T *to = out + ((int64_t) blockIdx.z * grid + blockIdx.y) * grid * stride + k;
#pragma unroll 8
    for (int gx = 0; gx < grid; gx++) {
        to[(int64_t) gx * stride] = from_float<T>(from[gx * patch]);
    }
}

#define ENTRY(T, NAME)                                                                                              \
    extern "C" __global__ void __launch_bounds__(128) unfold_bytes_##NAME(                                          \
            int side, int patch, int group, const uint8_t *in, int centre_r, int centre_g, int centre_b, T *out,    \
            int stride) {                                                                                           \
        unfold_bytes(side, patch, group, in, centre_r, centre_g, centre_b, out, stride);                            \
    }                                                                                                               \
    extern "C" __global__ void __launch_bounds__(128) unfold_floats_##NAME(                                         \
            int side, int patch, const float *in, T *out, int stride) {                                             \
        unfold_floats(side, patch, in, out, stride);                                                                \
    }

ENTRY(__half, f16)
ENTRY(__nv_bfloat16, bf16)
ENTRY(float, f32)
