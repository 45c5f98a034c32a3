// Layer norm of one row, whatever the row comes from.
//
//   out[c] = (x[c] - mean) / sqrt(variance + eps) * gamma[c] + beta[c]
//
// A source gives four columns of the row: load(column) fetches them as they are stored, finish<WHOLE>(raw, column) makes fp32 of them
// and does what else is to be done once, again<WHOLE>(column) gives them later; WHOLE says that the width is a multiple of four. In
// `norm_row` a warp fetches such a row at once and keeps it in registers; in `norm_row_wide` a block reads the row three times. The
// variance is the mean of the squared deviations, not the difference of two large numbers.
#pragma once
#include "quad.cuh"
#include "reduce.cuh"

/** Columns that a warp takes in one step. */
constexpr int STEP_COLUMNS = 4 * WARP;
constexpr int WIDE_WARPS = 8;

__device__ __forceinline__ float inverse_deviation(float squares, int columns, float eps) {
    return 1.0f / sqrtf(squares / columns + eps);
}

template <bool WHOLE>
__device__ __forceinline__ float squared_deviations(const Four &four, int column, int columns, float mean) {
    float sum = 0.0f;
#pragma unroll
    for (int j = 0; j < 4; j++) {
        const float deviation = WHOLE || column + j < columns ? four.x[j] - mean : 0.0f;
        sum += deviation * deviation;
    }
    return sum;
}

template <typename T>
__device__ __forceinline__ void store_norm(
        Four four, int column, int columns, float mean, float scale, const Four &gamma, const Four &beta, T *out) {
#pragma unroll
    for (int j = 0; j < 4; j++) {
        four.x[j] = (four.x[j] - mean) * scale * gamma.x[j] + beta.x[j];
    }
    store_quad(out, column, four);
}

/** A row of at most STEPS * 128 columns, a multiple of four, by the 32 lanes of a warp. `out` may be where the source reads. */
template <int STEPS, typename T, typename Source>
__device__ __forceinline__ void norm_row(
        const Source &source, int columns, const float *gamma, const float *beta, float eps, T *out) {
    const int first = 4 * (threadIdx.x % WARP);
    // All loads are under way before the first is waited for.
    typename Source::Raw raw[STEPS];
#pragma unroll
    for (int i = 0; i < STEPS; i++) {
        const int column = first + i * STEP_COLUMNS;
        raw[i] = column < columns ? source.load(column) : typename Source::Raw{};
    }
    Four row[STEPS];
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < STEPS; i++) {
        const int column = first + i * STEP_COLUMNS;
        row[i] = column < columns ? source.template finish<true>(raw[i], column) : Four{};
    }
#pragma unroll
    for (int i = 0; i < STEPS; i++) {
        sum += (row[i].x[0] + row[i].x[1]) + (row[i].x[2] + row[i].x[3]);
    }
    const float mean = reduce_warp<Sum>(sum) / columns;
    float squares = 0.0f;
#pragma unroll
    for (int i = 0; i < STEPS; i++) {
        const int column = first + i * STEP_COLUMNS;
        squares += column < columns ? squared_deviations<true>(row[i], column, columns, mean) : 0.0f;
    }
    const float scale = inverse_deviation(reduce_warp<Sum>(squares), columns, eps);
#pragma unroll
    for (int i = 0; i < STEPS; i++) {
        const int column = first + i * STEP_COLUMNS;
        if (column < columns) {
            store_norm(row[i], column, columns, mean, scale, load_parameters<true>(gamma, column, columns),
                       load_parameters<true>(beta, column, columns), out);
        }
    }
}

/** A row of any width, by a block of WIDE_WARPS warps. Each thread writes only columns that it alone has read. */
template <typename T, typename Source>
__device__ __forceinline__ void norm_row_wide(
        const Source &source, int columns, const float *gamma, const float *beta, float eps, T *out) {
    __shared__ float scratch[WIDE_WARPS];
    const int first = 4 * threadIdx.x;
    const int step = 4 * WARP * WIDE_WARPS;
    float sum = 0.0f;
    for (int column = first; column < columns; column += step) {
        const Four four = source.template finish<false>(source.load(column), column);
        sum += (four.x[0] + four.x[1]) + (four.x[2] + four.x[3]);
    }
    const float mean = reduce_block<Sum, WIDE_WARPS>(sum, scratch) / columns;
    float squares = 0.0f;
    for (int column = first; column < columns; column += step) {
        squares += squared_deviations<false>(source.template again<false>(column), column, columns, mean);
    }
    const float scale = inverse_deviation(reduce_block<Sum, WIDE_WARPS>(squares, scratch), columns, eps);
    for (int column = first; column < columns; column += step) {
        store_norm(source.template again<false>(column), column, columns, mean, scale, load_parameters<false>(gamma, column, columns),
                   load_parameters<false>(beta, column, columns), out);
    }
}

/** The row that the calling warp norms, or -1 if there is none left: a row for each warp of the grid. */
__device__ __forceinline__ int row_of_warp(int rows) {
    const int row = blockIdx.x * (blockDim.x / WARP) + threadIdx.x / WARP;
    return row < rows ? row : -1;
}

/** Instantiates ENTRY(T, name, STEPS) for the widths of usual towers: up to 1,792 columns in registers, a multiple of four. */
#define FOR_EACH_STEPS(ENTRY, T, NAME) \
    ENTRY(T, NAME, 2)                  \
    ENTRY(T, NAME, 4)                  \
    ENTRY(T, NAME, 6)                  \
    ENTRY(T, NAME, 8)                  \
    ENTRY(T, NAME, 10)                 \
    ENTRY(T, NAME, 14)
