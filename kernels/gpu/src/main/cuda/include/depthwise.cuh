// Depthwise convolution of feature maps in NHWC: each channel has a filter of its own.
//
//   out[b, y, x, c] = act(bias[c] + sum over i, j of in[b, y S - P + i, x S - P + j, c] weight[i K + j, c])
//
// with zeros around the map. K is 3, 5 or 7, S is 1 or 2, P is less than K.
//
// in [B * height * width, C] and out [B * out_height * out_width, C] of T with rows of a stride, their rows 16-byte aligned; weight
// [K * K, C] of T, the same; bias float32 [C], 16-byte aligned, or null; out_height = (height + 2 P - K) / S + 1, out_width alike.
// Launch: grid (groups of channels * strips of STRIP columns of out, ceil(out_height / block.y), B); block (lanes, rows) of at most 256
// threads, where `lanes` times 4 channels are a group; no shared memory. Pad columns of out up to the next multiple of 4 channels may
// be overwritten.
// Numerics: products and sums float32, in the order of the filter's rows and columns, then bias and activation; one rounding to T.
// Moves sizeof(T) B C (height width + out_height out_width) bytes from and to DRAM and the filters; each pixel of in is asked for by
// K / S rows of threads, most of which share a block and so L1. B out_height out_width C K K multiply-adds.
//
//   A thread has 4 channels of STRIP pixels of out side by side. Of each of the K rows of in it loads what the strip needs, once, and
//   the filter's row; threads side by side have channels side by side, so that warps move whole sectors.
#pragma once
#include "activation.cuh"
#include "quad.cuh"

/** A map and its convolution. */
struct DepthwiseMap {
    int height;
    int width;
    int channels;
    int padding;
    int out_height;
    int out_width;
};

template <typename T, int K, int S, int STRIP>
__device__ __forceinline__ void depthwise(
        const DepthwiseMap &map, const T *in, int64_t in_stride, const T *weight, int64_t weight_stride, const float *bias,
        T *out, int64_t out_stride, int activation) {
    constexpr int NEEDED = (STRIP - 1) * S + K;
    const int strips = (map.out_width + STRIP - 1) / STRIP;
    const int group = blockIdx.x / strips;
    const int channel = (group * blockDim.x + threadIdx.x) * 4;
    const int out_x = (blockIdx.x - group * strips) * STRIP;
    const int out_y = blockIdx.y * blockDim.y + threadIdx.y;
    if (channel >= map.channels || out_y >= map.out_height) {
        return;
    }
    const int x = out_x * S - map.padding;
    const int y = out_y * S - map.padding;
    // The corner may lie outside the map; it is added to what is inside.
    const T *corner = in + ((int64_t) blockIdx.z * map.height * map.width + (int64_t) y * map.width + x) * in_stride + channel;
    const T *filter = weight + channel;

    float sums[STRIP][4];
#pragma unroll
    for (int i = 0; i < STRIP; i++) {
#pragma unroll
        for (int c = 0; c < 4; c++) {
            sums[i][c] = 0;
        }
    }
#pragma unroll 1
    for (int i = 0; i < K; i++) {
        if (y + i >= 0 && y + i < map.height) {
            const T *row = corner + (int64_t) i * map.width * in_stride;
            Four taps[K];
#pragma unroll
            for (int j = 0; j < K; j++) {
                taps[j] = load_quad<true>(filter + (i * K + j) * weight_stride, 0, 4);
            }
            Quad<T> pixels[NEEDED];
#pragma unroll
            for (int at = 0; at < NEEDED; at++) {
                pixels[at] = Quad<T>{};
                if (x + at >= 0 && x + at < map.width) {
                    pixels[at] = load_raw(row + at * in_stride, 0);
                }
            }
#pragma unroll
            for (int at = 0; at < NEEDED; at++) {
                const Four pixel = widen<true>(pixels[at], 0, 4);
#pragma unroll
                for (int j = 0; j < K; j++) {
                    // Pixel `at` under column j of the filter belongs to the strip's pixel (at - j) / S.
                    if (at >= j && (at - j) % S == 0 && (at - j) / S < STRIP) {
#pragma unroll
                        for (int c = 0; c < 4; c++) {
                            sums[(at - j) / S][c] = fmaf(pixel.x[c], taps[j].x[c], sums[(at - j) / S][c]);
                        }
                    }
                }
            }
        }
    }

    Four shift = {};
    if (bias != nullptr) {
        shift = load_parameters<false>(bias, channel, map.channels);
    }
    T *to = out + (((int64_t) blockIdx.z * map.out_height + out_y) * map.out_width + out_x) * out_stride;
#pragma unroll
    for (int i = 0; i < STRIP; i++) {
        if (out_x + i < map.out_width) {
            Four result;
#pragma unroll
            for (int c = 0; c < 4; c++) {
                // What pad channels hold has no meaning, and may have no value.
                const float sum = channel + c < map.channels ? sums[i][c] + shift.x[c] : 0.0f;
                result.x[c] = activate<sizeof(T) == 2>(activation, sum);
            }
            store_quad(to + i * out_stride, channel, result);
        }
    }
}

#define ENTRY(T, NAME, K, S, STRIP)                                                                                    \
    extern "C" __global__ void __launch_bounds__(256, 2) depthwise_##K##x##K##_stride##S##_strip##STRIP##_##NAME(         \
            int height, int width, int channels, int padding, int out_height, int out_width, const T *in,              \
            int64_t in_stride, const T *weight, int64_t weight_stride, const float *bias, T *out, int64_t out_stride,  \
            int activation) {                                                                                          \
        depthwise<T, K, S, STRIP>(                                                                                     \
                {height, width, channels, padding, out_height, out_width}, in, in_stride, weight, weight_stride, bias, \
                out, out_stride, activation);                                                                          \
    }

// A long strip loads a pixel less often, short strips are more. LONG is what the registers hold. The numbers are K, S and STRIP.
#define ENTRIES(T, NAME, LONG) \
    ENTRY(T, NAME, 3, 1, LONG) \
    ENTRY(T, NAME, 3, 1, 2)    \
    ENTRY(T, NAME, 3, 2, 4)    \
    ENTRY(T, NAME, 3, 2, 1)    \
    ENTRY(T, NAME, 5, 1, LONG) \
    ENTRY(T, NAME, 5, 1, 2)    \
    ENTRY(T, NAME, 5, 2, 4)    \
    ENTRY(T, NAME, 5, 2, 1)    \
    ENTRY(T, NAME, 7, 1, LONG) \
    ENTRY(T, NAME, 7, 1, 2)    \
    ENTRY(T, NAME, 7, 2, 4)    \
    ENTRY(T, NAME, 7, 2, 1)
