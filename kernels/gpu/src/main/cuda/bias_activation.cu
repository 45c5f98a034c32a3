// targets: sm_80
//
// The end of a linear layer whose product another library computed.
//
//   x = act(x + bias)
//
// x [rows, columns] with rows of `stride` elements, row-major T, in place; bias float32 [columns] or null.
// Launch: grid = (columns / (128 * PACK), rows), rounded up; block = 128; no shared memory. Rows and bias are 16-byte aligned; pad
// columns up to the next 16 bytes may be overwritten.
// Numerics: float32, rounded to T at the end.
// Moves 2 * rows * columns * sizeof(T) + 4 * columns bytes.
#include "activation.cuh"
#include "storage.cuh"

template <typename T>
__device__ __forceinline__ void bias_activation(int columns, const float *bias, T *x, int64_t stride, int activation) {
    const int column = (blockIdx.x * blockDim.x + threadIdx.x) * PACK<T>;
    if (column >= columns) {
        return;
    }
    T *at = x + blockIdx.y * stride + column;
    Pack<T> pack = Pack<T>::load(at);
#pragma unroll
    for (int i = 0; i < PACK<T>; i++) {
        if (column + i < columns) {
            float sum = to_float(pack.values[i]) + (bias == nullptr ? 0.0f : bias[column + i]);
            pack.values[i] = from_float<T>(activate<sizeof(T) == 2>(activation, sum));
        }
    }
    pack.store(at);
}

#define ENTRY(T, NAME)                                                                                       \
    extern "C" __global__ void __launch_bounds__(128)                                                        \
            bias_activation_##NAME(int columns, const float *bias, T *x, int64_t stride, int activation) {   \
        bias_activation<T>(columns, bias, x, stride, activation);                                            \
    }

ENTRY(__half, f16)
ENTRY(__nv_bfloat16, bf16)
ENTRY(float, f32)
