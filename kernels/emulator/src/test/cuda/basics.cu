// Small kernels in the style of everyday CUDA: loops, switches, calls, local arrays, tables, structures by value.
#include <cstdint>

__constant__ float table[8] = {1.f, 2.f, 3.5f, 4.25f, -5.f, 6.f, 7.f, 8.f};
__device__ int counter = 7;

struct Shape {
    int rows;
    int columns;
    float scale;
};

extern "C" __global__ void saxpy(int n, float a, const float *x, float *y) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        y[i] = a * x[i] + y[i];
    }
}

extern "C" __global__ void transpose(Shape shape, const float *in, float *out) {
    __shared__ float tile[32][33];
    int x = blockIdx.x * 32 + threadIdx.x;
    int y = blockIdx.y * 32 + threadIdx.y;
    for (int j = 0; j < 32; j += 8) {
        if (x < shape.columns && y + j < shape.rows) {
            tile[threadIdx.y + j][threadIdx.x] = in[(y + j) * shape.columns + x] * shape.scale;
        }
    }
    __syncthreads();
    x = blockIdx.y * 32 + threadIdx.x;
    y = blockIdx.x * 32 + threadIdx.y;
    for (int j = 0; j < 32; j += 8) {
        if (x < shape.rows && y + j < shape.columns) {
            out[(y + j) * shape.rows + x] = tile[threadIdx.x][threadIdx.y + j];
        }
    }
}

__device__ __noinline__ double horner(double x, int n) {
    double sum = 0;
    for (int i = n; i > 0; i--) {
        sum = sum * x + 1.0 / i;
    }
    return sum;
}

extern "C" __global__ void polynomial(int n, const double *x, double *y) {
    int i = threadIdx.x;
    if (i < n) {
        y[i] = horner(x[i], i & 15) + table[i & 7] + counter;
    }
}

extern "C" __global__ void branches(const int *x, int *y) {
    int i = threadIdx.x;
    int v = x[i];
    int local[16];
    for (int k = 0; k < 16; k++) {
        local[k] = v * k + i;
    }
    switch (v % 9) {
        case 0: v = local[v & 15]; break;
        case 1: v = __popc(v); break;
        case 2: v = __clz(v); break;
        case 3: v = v / 3; break;
        case 4: v = __brev(v); break;
        case 5: v = (int) ((long long) v * v >> 7); break;
        case 6: v = v >> 1 ^ v << 3; break;
        case 7: v = __ffs(v); break;
        default: v = -v; break;
    }
    y[i] = v;
}

// A row of 32-bit floats per warp, softmax with shuffles.
extern "C" __global__ void softmax(int columns, const float *x, float *y) {
    int row = blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5);
    int lane = threadIdx.x & 31;
    const float *from = x + (int64_t) row * columns;
    float largest = -INFINITY;
    for (int c = lane; c < columns; c += 32) {
        largest = fmaxf(largest, from[c]);
    }
    for (int d = 16; d > 0; d >>= 1) {
        largest = fmaxf(largest, __shfl_xor_sync(0xffffffff, largest, d));
    }
    float sum = 0;
    for (int c = lane; c < columns; c += 32) {
        sum += __expf(from[c] - largest);
    }
    for (int d = 16; d > 0; d >>= 1) {
        sum += __shfl_xor_sync(0xffffffff, sum, d);
    }
    float scale = 1.f / sum;
    for (int c = lane; c < columns; c += 32) {
        y[(int64_t) row * columns + c] = __expf(from[c] - largest) * scale;
    }
}

// Sums integers over a cooperative grid: blocks add up, meet at a barrier of atomics, and the first block adds the partial sums.
extern "C" __global__ void gridsum(int n, const int *x, int *partial, unsigned *arrived, int *total) {
    __shared__ int sums[32];
    int sum = 0;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        sum += x[i];
    }
    sum = __reduce_add_sync(0xffffffff, sum);
    if ((threadIdx.x & 31) == 0) {
        sums[threadIdx.x >> 5] = sum;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        int blockSum = 0;
        for (int w = 0; w < blockDim.x / 32; w++) {
            blockSum += sums[w];
        }
        partial[blockIdx.x] = blockSum;
        __threadfence();
        atomicAdd(arrived, 1u);
        unsigned seen;
        do {
            asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(seen) : "l"(arrived) : "memory");
        } while (seen < gridDim.x);
    }
    __syncthreads();
    if (blockIdx.x == 0 && threadIdx.x == 0) {
        int all = 0;
        for (int b = 0; b < gridDim.x; b++) {
            all += partial[b];
        }
        *total = all;
    }
}
