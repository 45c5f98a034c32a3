// Four neighbouring elements of T: 8 bytes of fp16 and bf16, 16 bytes of fp32. A warp that reads quads side by side reads the fp32
// parameters of the same columns side by side as well, which 16-byte packs of halves would not.
#pragma once
#include "storage.cuh"

/** Four fp32 values in registers. */
struct Four {
    float x[4];
};

template <typename T>
struct alignas(4 * sizeof(T)) Quad {
    T x[4];
};

/** Loads a quad that lies wholly in a row or its padding. */
template <typename T>
__device__ __forceinline__ Quad<T> load_raw(const T *row, int column) {
    return *reinterpret_cast<const Quad<T> *>(row + column);
}

/** A quad as fp32. Unless WHOLE, columns from `columns` on are taken as 0. */
template <bool WHOLE, typename T>
__device__ __forceinline__ Four widen(const Quad<T> &raw, int column, int columns) {
    Four four;
#pragma unroll
    for (int j = 0; j < 4; j++) {
        four.x[j] = WHOLE || column + j < columns ? to_float(raw.x[j]) : 0.0f;
    }
    return four;
}

template <bool WHOLE, typename T>
__device__ __forceinline__ Four load_quad(const T *row, int column, int columns) {
    return widen<WHOLE>(load_raw(row, column), column, columns);
}

/** Stores a quad; what lies beyond the columns goes to the padding of the row. */
template <typename T>
__device__ __forceinline__ void store_quad(T *row, int column, const Four &four) {
    Quad<T> raw;
#pragma unroll
    for (int j = 0; j < 4; j++) {
        raw.x[j] = from_float<T>(four.x[j]);
    }
    *reinterpret_cast<Quad<T> *>(row + column) = raw;
}

/** Loads four of `columns` unpadded fp32 parameters; WHOLE says that there are four. */
template <bool WHOLE>
__device__ __forceinline__ Four load_parameters(const float *from, int column, int columns) {
    Four four;
    if (WHOLE || column + 4 <= columns) {
        const float4 raw = *reinterpret_cast<const float4 *>(from + column);
        four.x[0] = raw.x;
        four.x[1] = raw.y;
        four.x[2] = raw.z;
        four.x[3] = raw.w;
    } else {
#pragma unroll
        for (int j = 0; j < 4; j++) {
            four.x[j] = column + j < columns ? from[column + j] : 0.0f;
        }
    }
    return four;
}
