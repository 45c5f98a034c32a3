// targets: sm_80
//
// Gather of rows: the pooled token of every sequence.
//
//   out[s, :] = in[rows[s], :]
//
// in [tokens, columns], out [sequences, columns], both row-major T; rows int32 [sequences].
// Launch: grid = sequences, block = 128; no shared memory. Rows are 16-byte aligned: columns * sizeof(T) is a multiple of 16.
// Moves 2 * sequences * columns * sizeof(T) bytes; no arithmetic.
#include "storage.cuh"

template <typename T>
__device__ __forceinline__ void gather_rows(int columns, const T *in, const int *rows, T *out) {
    const T *from = in + (int64_t) rows[blockIdx.x] * columns;
    T *to = out + (int64_t) blockIdx.x * columns;
    for (int i = threadIdx.x * PACK<T>; i < columns; i += blockDim.x * PACK<T>) {
        Pack<T>::load(from + i).store(to + i);
    }
}

#define ENTRY(T, NAME)                                                                                       \
    extern "C" __global__ void __launch_bounds__(128)                                                        \
            gather_rows_##NAME(int columns, const T *in, const int *rows, T *out) {                          \
        gather_rows<T>(columns, in, rows, out);                                                              \
    }

ENTRY(__half, f16)
ENTRY(__nv_bfloat16, bf16)
ENTRY(float, f32)
