// What the language offers beyond everyday kernels: templates, structures by value, virtual functions, recursion, function
// pointers, tables of addresses, managed and dynamic shared memory, inline assembly with scopes of its own.
#include <cstdint>

struct alignas(16) Big {
    double d;
    int i[5];
    char c;
};

union Word {
    float f;
    uint8_t b[4];
};

__constant__ int primes[] = {2, 3, 5, 7, 11, 13, 17, 19};
__constant__ double weights[2][3] = {{0.5, -1.25, 1e300}, {-0.0, 2.2250738585072014e-308, 3.0}};
__device__ const char message[] = "tab\there {\"braces\"} // no comment";
__device__ float grid[4][4] = {{1.f}, {0.f, 2.f}, {0.f, 0.f, 3.f}};
__device__ float *pointers[3] = {nullptr, &grid[1][2], grid[2]};
__device__ const int *tables[2] = {primes, primes + 3};
__managed__ unsigned shared_with_host = 0xdeadbeefu;
__device__ Word word = {1.5f};
__device__ unsigned long long huge = 0xffffffffffffffffull;
__device__ long long least = -0x7fffffffffffffffll - 1;
extern __shared__ __align__(1024) unsigned char dynamic_memory[];

struct Packed {
    char tag;
    const void *where;
} __attribute__((packed));
__device__ Packed packed = {'p', &grid[2][0]};

template <typename T, int N>
__device__ __noinline__ T dot(const T (&a)[N], const T *b) {
    T sum = 0;
#pragma unroll 1
    for (int i = 0; i < N; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

template <typename T, int N>
__global__ void __launch_bounds__(256, 2) dots(const T *__restrict__ x, T *__restrict__ y, int stride) {
    T local[N];
    for (int i = 0; i < N; i++) {
        local[i] = x[(i * stride) % 97];
    }
    y[threadIdx.x] = dot<T, N>(local, x + threadIdx.x);
}
template __global__ void dots<float, 7>(const float *, float *, int);
template __global__ void dots<double, 3>(const double *, double *, int);
template __global__ void dots<long long, 5>(const long long *, long long *, int);
template __global__ void dots<short, 4>(const short *, short *, int);

__device__ __noinline__ Big twice(Big b) {
    b.d += b.d;
    for (int &i : b.i) {
        i *= 2;
    }
    b.c ^= 1;
    return b;
}

extern "C" __global__ void structures(Big b, const __grid_constant__ Big constant, Big *out) {
    out[threadIdx.x] = threadIdx.x & 1 ? twice(b) : constant;
}

struct Operation {
    __device__ virtual float apply(float x) const = 0;
};
struct Negate : Operation {
    __device__ float apply(float x) const override {
        return -x;
    }
};
struct Scale : Operation {
    float by;
    __device__ float apply(float x) const override {
        return by * x;
    }
};

extern "C" __global__ void virtuals(const float *x, float *y, int which) {
    Negate negate;
    Scale scale;
    scale.by = 3.f;
    const Operation *operation = which ? (const Operation *) &negate : &scale;
    y[threadIdx.x] = operation->apply(x[threadIdx.x]);
}

__device__ __noinline__ int increment(int x) {
    return x + 1;
}
__device__ __noinline__ int halve(int x) {
    return x / 2;
}
typedef int (*Step)(int);
__device__ Step steps[2] = {increment, halve};

extern "C" __global__ void pointers_to_functions(int *x, int n) {
    Step step = steps[n & 1];
    x[threadIdx.x] = step(x[threadIdx.x]);
}

__device__ __noinline__ unsigned fibonacci(unsigned n) {
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

extern "C" __global__ void recursion(unsigned *x) {
    x[threadIdx.x] = fibonacci(x[threadIdx.x]);
}

extern "C" __global__ void dense_switch(const int *x, float *y, float a) {
    float v = a;
    switch (x[threadIdx.x]) {
        case 0: v = sqrtf(a); break;
        case 1: v = a * a; break;
        case 2: v = a / 3.f; break;
        case 3: v = __fdividef(a, y[1]); break;
        case 4: v = rsqrtf(a); break;
        case 5: v = fmaf(a, a, 1.f); break;
        case 6: v = __int_as_float(__float_as_int(a) ^ 0x55); break;
        case 7: v = a - truncf(a); break;
        case 8: v = fminf(a, y[2]); break;
        case 9: asm volatile("trap;"); break;
        case 10: v = __sinf(a); break;
        case 11: v = tanhf(a); break;
    }
    y[threadIdx.x] = v;
}

extern "C" __global__ void doubles(const double *x, double *y) {
    double v = x[threadIdx.x];
    y[threadIdx.x] = exp(v) + sqrt(v) / cbrt(v) + fma(v, weights[threadIdx.x & 1][2], 1e-3) + (double) (float) v;
}

__device__ __forceinline__ unsigned half_sum(unsigned a, unsigned b) {
    unsigned sum;
    asm("{ .reg .b16 al, ah, bl, bh;\n\t"
        "mov.b32 {al, ah}, %1; mov.b32 {bl, bh}, %2;\n\t"
        "add.f16 al, al, bl; add.f16 ah, ah, bh; mov.b32 %0, {al, ah}; }"
        : "=r"(sum)
        : "r"(a), "r"(b));
    return sum;
}

__device__ __forceinline__ void spin(const unsigned *flag, unsigned value) {
    asm volatile("{\n"
                 ".reg .pred p;\n"
                 ".reg .b32 seen;\n"
                 "WAIT: ld.volatile.global.u32 seen, [%0];\n"
                 "setp.ne.u32 p, seen, %1;\n"
                 "@!p bra DONE; // seen\n"
                 "bra.uni WAIT;\n"
                 "DONE:\n"
                 "}" ::"l"(flag),
                 "r"(value)
                 : "memory");
}

extern "C" __global__ void assembly(unsigned *x, const unsigned *flags) {
    spin(flags, 1);
    unsigned sum = half_sum(x[0], x[1]);
    spin(flags + 1, 2);
    asm volatile("{.reg .f32 t; cvt.f32.f16 t, %1; add.f32 t, t, 0f3F800000; mov.b32 %0, t;}" : "=r"(sum) : "h"((short) sum));
    asm volatile("st.global.cg.v2.u32 [%0 + 8], {%1, %1}; /* two at once */ membar.gl;" ::"l"(x), "r"(sum) : "memory");
    x[4] = sum;
}

extern "C" __global__ void memories(const float4 *in, float4 *out, int n) {
    __shared__ float4 stage[32];
    float *scratch = (float *) dynamic_memory;
    stage[threadIdx.x & 31] = __ldg(in + threadIdx.x);
    scratch[threadIdx.x] = (float) message[threadIdx.x % sizeof message] + word.f;
    __syncthreads();
    float4 v = stage[n & 31];
    v.x += scratch[n] + grid[n & 3][1] + (pointers[n % 3] ? *pointers[n % 3] : *tables[n & 1]);
    atomicAdd(&shared_with_host, __popc(__activemask()));
    atomicMax((unsigned long long *) &huge, (unsigned long long) least);
    v.y = __shfl_down_sync(0xffffffffu, v.y, 1) + *(const float *) packed.where;
    out[threadIdx.x] = v;
}

extern "C" __global__ void wide(const __int128 *x, __int128 *y) {
    y[threadIdx.x] = x[threadIdx.x] * 3 + (x[0] >> 5);
}
