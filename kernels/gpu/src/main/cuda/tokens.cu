// targets: sm_80
//
// The tokens that enter a tower.
//
//   embed_tokens:      out[t, :] = table[ids[t], :] + positions[position_ids[t], :]
//   image_tokens:      out[b * n + t, :] = x(b, t)
//   image_tokens_norm: out[b * n + t, :] = norm(x(b, t)), as layer_norm.cu has it
//     with a class token:  n = patches + 1,  x(b, 0) = class + positions[0],  x(b, t) = in[b * patches + t - 1] + positions[t]
//     without:             n = patches,      x(b, t) = in[b * patches + t] + positions[t]
//
// ids, position_ids int32 [tokens]; table, positions, class [columns], in [images * patches, columns], out of T, each matrix with a
// stride; gamma, beta fp32. in and out are apart.
// Launch: embed_tokens, image_tokens: grid = rows of out, block = 128, no shared memory. image_tokens_norm as layer_norm.cu.
// Rows are 16-byte aligned.
// Numerics: the sum in fp32, rounded once; the norm is taken of the sum before rounding.
// Moves 3 * columns * sizeof(T) bytes a row, in accesses of a quad (8 or 16 bytes) per lane; 1 operation per element, the norm 8 more.
#include "layer_norm.cuh"

/** The sum of two rows. */
template <typename T>
struct TokenRow {
    struct Raw {
        Quad<T> left;
        Quad<T> right;
    };

    const T *left;
    const T *right;
    int columns;

    __device__ __forceinline__ Raw load(int column) const {
        return Raw{load_raw(left, column), load_raw(right, column)};
    }
    template <bool WHOLE>
    __device__ __forceinline__ Four finish(const Raw &raw, int column) const {
        Four sum = widen<WHOLE>(raw.left, column, columns);
        const Four added = widen<WHOLE>(raw.right, column, columns);
#pragma unroll
        for (int j = 0; j < 4; j++) {
            sum.x[j] += added.x[j];
        }
        return sum;
    }
    template <bool WHOLE>
    __device__ __forceinline__ Four again(int column) const {
        return finish<WHOLE>(load(column), column);
    }
};

/** Token `row` of all images; `class_token` is null where there is none. */
template <typename T>
__device__ __forceinline__ TokenRow<T> image_token(
        int row, int patches, int columns, const T *in, int in_stride, const T *class_token, const T *positions,
        int position_stride) {
    const int extra = class_token != nullptr;
    const int image = row / (patches + extra);
    const int token = row - image * (patches + extra);
    const T *left = token < extra ? class_token : in + ((int64_t) image * patches + token - extra) * in_stride;
    return TokenRow<T>{left, positions + (int64_t) token * position_stride, columns};
}

template <typename T>
__device__ __forceinline__ void store_row(const TokenRow<T> &source, int columns, T *out) {
    for (int column = 4 * threadIdx.x; column < columns; column += 4 * blockDim.x) {
        store_quad(out, column, source.template again<false>(column));
    }
}

#define PLAIN(T, NAME)                                                                                                \
    extern "C" __global__ void __launch_bounds__(128) embed_tokens_##NAME(                                            \
            int columns, const int *ids, const int *position_ids, const T *table, int table_stride,                   \
            const T *positions, int position_stride, T *out, int out_stride) {                                        \
        store_row(TokenRow<T>{table + (int64_t) ids[blockIdx.x] * table_stride,                                       \
                              positions + (int64_t) position_ids[blockIdx.x] * position_stride, columns},             \
                  columns, out + (int64_t) blockIdx.x * out_stride);                                                  \
    }                                                                                                                 \
    extern "C" __global__ void __launch_bounds__(128) image_tokens_##NAME(                                            \
            int patches, int columns, const T *in, int in_stride, const T *class_token, const T *positions,           \
            int position_stride, T *out, int out_stride) {                                                            \
        store_row(image_token(blockIdx.x, patches, columns, in, in_stride, class_token, positions, position_stride),  \
                  columns, out + (int64_t) blockIdx.x * out_stride);                                                  \
    }                                                                                                                 \
    extern "C" __global__ void __launch_bounds__(256) image_tokens_norm_##NAME##_wide(                                \
            int rows, int patches, int columns, const T *in, int in_stride, const T *class_token, const T *positions, \
            int position_stride, const float *gamma, const float *beta, float eps, T *out, int out_stride) {          \
        norm_row_wide(image_token(blockIdx.x, patches, columns, in, in_stride, class_token, positions,                \
                                  position_stride),                                                                   \
                      columns, gamma, beta, eps, out + (int64_t) blockIdx.x * out_stride);                            \
    }

#define NORM(T, NAME, STEPS)                                                                                             \
    extern "C" __global__ void __launch_bounds__(256) image_tokens_norm_##NAME##_s##STEPS(                               \
            int rows, int patches, int columns, const T *in, int in_stride, const T *class_token, const T *positions,    \
            int position_stride, const float *gamma, const float *beta, float eps, T *out, int out_stride) {             \
        const int row = row_of_warp(rows);                                                                               \
        if (row >= 0) {                                                                                                  \
            norm_row<STEPS>(image_token(row, patches, columns, in, in_stride, class_token, positions, position_stride),  \
                            columns, gamma, beta, eps, out + (int64_t) row * out_stride);                                \
        }                                                                                                                \
    }

#define ALL(T, NAME) \
    PLAIN(T, NAME)   \
    FOR_EACH_STEPS(NORM, T, NAME)

ALL(__half, f16)
ALL(__nv_bfloat16, bf16)
ALL(float, f32)
