// Kernels for the tests of the tool, and for the example of the emulator's README.

/** Sums of 256 numbers each; a barrier is missing. */
extern "C" __global__ void block_sums(const float *x, float *sums) {
    __shared__ float partial[8];
    float sum = x[blockIdx.x * 256 + threadIdx.x];
    for (int offset = 16; offset > 0; offset /= 2) {
        sum += __shfl_xor_sync(0xffffffff, sum, offset);
    }
    if (threadIdx.x % 32 == 0) {
        partial[threadIdx.x / 32] = sum;
    }
    // Here belongs __syncthreads();
    if (threadIdx.x == 0) {
        float all = 0;
        for (int i = 0; i < 8; i++) {
            all += partial[i];
        }
        sums[blockIdx.x] = all;
    }
}

/** The same with the barrier. */
extern "C" __global__ void block_sums_fixed(const float *x, float *sums) {
    __shared__ float partial[8];
    float sum = x[blockIdx.x * 256 + threadIdx.x];
    for (int offset = 16; offset > 0; offset /= 2) {
        sum += __shfl_xor_sync(0xffffffff, sum, offset);
    }
    if (threadIdx.x % 32 == 0) {
        partial[threadIdx.x / 32] = sum;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        float all = 0;
        for (int i = 0; i < 8; i++) {
            all += partial[i];
        }
        sums[blockIdx.x] = all;
    }
}

/** y = a x + y, compiled as C++, so its name is mangled. */
__global__ void saxpy(int n, float a, const float *x, float *y) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        y[i] = a * x[i] + y[i];
    }
}

/** The sum of all numbers, in whatever order the blocks arrive. */
extern "C" __global__ void any_order_sum(const float *x, float *sum) {
    atomicAdd(sum, x[blockIdx.x * blockDim.x + threadIdx.x]);
}

/** Columns instead of rows: each request touches 32 sectors, and shared memory has conflicts. */
extern "C" __global__ void columns(const int *x, int *y) {
    __shared__ int tile[32 * 32];
    tile[threadIdx.x * 32] = x[threadIdx.x * 32];
    __syncwarp();
    y[threadIdx.x] = tile[threadIdx.x * 32];
}

struct Scaling {
    int count;
    float factor;
    double offset;
};

/** Every type of argument and result. */
extern "C" __global__ void types(Scaling scaling, const short *s, const unsigned char *b, double *d, long long *l) {
    int i = threadIdx.x;
    if (i < scaling.count) {
        d[i] = s[i] * (double)scaling.factor + scaling.offset;
        l[i] = (long long)b[i] << 32;
    }
}

/** Waits for a flag that nobody raises. */
extern "C" __global__ void wait_for_flag(volatile int *flag) {
    while (*flag == 0) {
    }
}

/** A long loop. */
extern "C" __global__ void count_up(int n, volatile int *y) {
    for (int i = 0; i < n; i++) {
        y[threadIdx.x] = i;
    }
}
