// targets: sm_80
//
// Gather of rows: the pooled token of every sequence.
//
//   out[s, :] = in[rows[s], :]
//
// in [tokens, columns], out [sequences, columns], both row-major T with a stride; rows int32 [sequences]. in and out are apart.
// Launch: grid = sequences, block = 128; no shared memory. Rows are 16-byte aligned.
// Moves 2 * sequences * columns * sizeof(T) bytes in packs of 16 bytes (the last columns of an odd width one by one); no arithmetic.
#include "storage.cuh"

template <typename T>
__device__ __forceinline__ void gather_rows(
        int columns, const T *in, int in_stride, const int *rows, T *out, int out_stride) {
    const T *from = in + (int64_t) rows[blockIdx.x] * in_stride;
    T *to = out + (int64_t) blockIdx.x * out_stride;
    const int whole = columns - columns % PACK<T>;
    for (int i = threadIdx.x * PACK<T>; i < whole; i += blockDim.x * PACK<T>) {
        Pack<T>::load(from + i).store(to + i);
    }
    if (whole + static_cast<int>(threadIdx.x) < columns) {
        to[whole + threadIdx.x] = from[whole + threadIdx.x];
    }
}

#define ENTRY(T, NAME)                                                                                                \
    extern "C" __global__ void __launch_bounds__(128) gather_rows_##NAME(                                             \
            int columns, const T *in, int in_stride, const int *rows, T *out, int out_stride) {                       \
        gather_rows<T>(columns, in, in_stride, rows, out, out_stride);                                                \
    }

ENTRY(__half, f16)
ENTRY(__nv_bfloat16, bf16)
ENTRY(float, f32)
