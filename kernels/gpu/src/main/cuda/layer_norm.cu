// targets: sm_80
//
// Layer norm of rows, alone and after the addition of a branch to the residual stream.
//
//   layer_norm:      out[r, :] = norm(in[r, :])
//   add_layer_norm:  stream[r, :] += branch[r, :];  out[r, :] = norm(stream[r, :])
//   norm(x)[c] = (x[c] - mean(x)) / sqrt(variance(x) + eps) * gamma[c] + beta[c]
//
// in, stream, branch, out [rows, columns] of T, each with a stride; gamma, beta fp32 [columns]. In place (out = in) is allowed; in
// add_layer_norm out is apart from stream, and may be branch.
// Launch: *_sN for columns <= 128 N, a multiple of 4: a warp per row, block = 32 * (1 to 8), grid = rows over warps of a block, no shared memory.
// *_wide for any width: block = 256, grid = rows, 32 bytes of static shared memory. Rows and parameters are 16-byte aligned.
// Numerics: fp32 throughout; mean, then the mean of squared deviations from it, both by a fixed tree. The sum of add_layer_norm is
// rounded to T before it is normed, as if the stream had been read back.
// Moves rows * columns * sizeof(T) bytes each way (add_layer_norm: twice that), once, in accesses of a quad (8 or 16 bytes) per lane;
// gamma and beta, 8 * columns bytes per row, come from the caches. About 8 operations per element.
#include "layer_norm.cuh"

template <typename T>
struct PlainRow {
    using Raw = Quad<T>;

    const T *row;
    int columns;

    __device__ __forceinline__ Raw load(int column) const { return load_raw(row, column); }
    template <bool WHOLE>
    __device__ __forceinline__ Four finish(const Raw &raw, int column) const {
        return widen<WHOLE>(raw, column, columns);
    }
    template <bool WHOLE>
    __device__ __forceinline__ Four again(int column) const {
        return load_quad<WHOLE>(row, column, columns);
    }
};

/** The stream and what is added to it. */
template <typename T>
struct SumRow {
    struct Raw {
        Quad<T> stream;
        Quad<T> branch;
    };

    T *stream;
    const T *branch;
    int columns;

    __device__ __forceinline__ Raw load(int column) const {
        return Raw{load_raw(stream, column), load_raw(branch, column)};
    }
    template <bool WHOLE>
    __device__ __forceinline__ Four finish(const Raw &raw, int column) const {
        Four sum = widen<WHOLE>(raw.stream, column, columns);
        const Four added = widen<WHOLE>(raw.branch, column, columns);
#pragma unroll
        for (int j = 0; j < 4; j++) {
            sum.x[j] = to_float(from_float<T>(sum.x[j] + added.x[j]));
        }
        store_quad(stream, column, sum);
        return sum;
    }
    template <bool WHOLE>
    __device__ __forceinline__ Four again(int column) const {
        return load_quad<WHOLE>(stream, column, columns);
    }
};

#define NORM(T, NAME, STEPS)                                                                                    \
    extern "C" __global__ void __launch_bounds__(256) layer_norm_##NAME##_s##STEPS(                             \
            int rows, int columns, const T *in, int in_stride, const float *gamma, const float *beta, float eps, \
            T *out, int out_stride) {                                                                           \
        const int row = row_of_warp(rows);                                                                      \
        if (row >= 0) {                                                                                         \
            norm_row<STEPS>(PlainRow<T>{in + (int64_t) row * in_stride, columns}, columns, gamma, beta, eps,     \
                            out + (int64_t) row * out_stride);                                                  \
        }                                                                                                       \
    }

#define ADD_NORM(T, NAME, STEPS)                                                                                     \
    extern "C" __global__ void __launch_bounds__(256) add_layer_norm_##NAME##_s##STEPS(                              \
            int rows, int columns, T *stream, int stream_stride, const T *branch, int branch_stride,                 \
            const float *gamma, const float *beta, float eps, T *out, int out_stride) {                              \
        const int row = row_of_warp(rows);                                                                           \
        if (row >= 0) {                                                                                              \
            norm_row<STEPS>(                                                                                         \
                    SumRow<T>{stream + (int64_t) row * stream_stride, branch + (int64_t) row * branch_stride, columns}, \
                    columns, gamma, beta, eps, out + (int64_t) row * out_stride);                                    \
        }                                                                                                            \
    }

#define WIDE(T, NAME)                                                                                                \
    extern "C" __global__ void __launch_bounds__(256) layer_norm_##NAME##_wide(                                      \
            int rows, int columns, const T *in, int in_stride, const float *gamma, const float *beta, float eps,     \
            T *out, int out_stride) {                                                                                \
        norm_row_wide(PlainRow<T>{in + (int64_t) blockIdx.x * in_stride, columns}, columns, gamma, beta, eps,        \
                      out + (int64_t) blockIdx.x * out_stride);                                                      \
    }                                                                                                                \
    extern "C" __global__ void __launch_bounds__(256) add_layer_norm_##NAME##_wide(                                  \
            int rows, int columns, T *stream, int stream_stride, const T *branch, int branch_stride,                 \
            const float *gamma, const float *beta, float eps, T *out, int out_stride) {                              \
        norm_row_wide(SumRow<T>{stream + (int64_t) blockIdx.x * stream_stride,                                       \
                                branch + (int64_t) blockIdx.x * branch_stride, columns},                             \
                      columns, gamma, beta, eps, out + (int64_t) blockIdx.x * out_stride);                           \
    }

#define ALL(T, NAME)                  \
    FOR_EACH_STEPS(NORM, T, NAME)     \
    FOR_EACH_STEPS(ADD_NORM, T, NAME) \
    WIDE(T, NAME)

ALL(__half, f16)
ALL(__nv_bfloat16, bf16)
ALL(float, f32)
