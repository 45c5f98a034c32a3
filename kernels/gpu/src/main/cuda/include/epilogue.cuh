// The end of a matrix product: sums of a tile, staged in shared memory, become rows of the output.
//
//   staged float32 [slabs][BM][PITCH]     slabs: one for each warp that summed a part of K
//          float32 [PITCH]                bias, zero beyond n
//        |  a thread takes PACK<T> columns of a row; 32 threads take rows side by side, so that stores are whole sectors
//        v
//   one split:      out = act(sum + bias + residual); the residual may be the output's own old value
//   more splits:    partial sums to the workspace; the block that arrives last adds them in the order of the splits
//   windows:        out row r = the mean of act(sum + bias) over rows WINDOW r .. WINDOW r + WINDOW - 1, without a residual
//
// PITCH shifts each row by 32 bytes (two rows of 16 columns: 64), so that neither the fragments' stores (8 bytes of 8 rows) nor
// these loads (16 bytes) conflict; of two loads of 16 bytes half the lanes do the second one first.
//
// Workspace: COUNTERS uint32, zero before and after, then float32 [tiles][splits][BM * BN] in the order in which threads read.
#pragma once
#include "activation.cuh"
#include "cp_async.cuh"
#include "storage.cuh"

/** Tiles that may be summed in splits at a time. */
constexpr int COUNTERS = 4096;

/** What a kernel does with its sums. */
template <typename T>
struct Output {
    int m;
    int n;
    const float *bias;
    T *out;
    int64_t stride;
    /** Added before the activation; null for none. Where it is `out`, each thread reads what it then overwrites. */
    const T *residual;
    int64_t residual_stride;
    unsigned *workspace;
    int activation;
    /** float32 [n], what sums are multiplied with where a kernel says so; null for ones. */
    const float *scale = nullptr;
};

/** Floats from one staged row to the next. */
template <int BN>
constexpr int PITCH = BN == 16 ? 40 : BN + 8;

/** Bytes of shared memory that staging takes. */
template <int BM, int BN, int SLABS>
constexpr int STAGED_BYTES = (SLABS * BM + 1) * PITCH<BN> * 4;

/** This thread's bias, of column0 + thread, fetched while there is nothing else to do. */
template <typename T, int BN>
__device__ __forceinline__ float fetch_bias(const Output<T> &output, int column0, int thread) {
    const bool inside = thread < BN && column0 + thread < output.n && output.bias != nullptr;
    return inside ? output.bias[column0 + thread] : 0;
}

/** Puts it beside the sums; a barrier follows. */
template <int BM, int BN, int SLABS>
__device__ __forceinline__ void stage_bias(float *staged, float bias, int thread) {
    if (thread < BN) {
        staged[SLABS * BM * PITCH<BN> + thread] = bias;
    }
}

/** Two sums side by side; written out because the compiler splits some of these stores. The address is 8-byte aligned. */
__device__ __forceinline__ void stage_pair(float *to, float x, float y) {
    asm volatile("st.shared.v2.f32 [%0], {%1, %2};" ::"r"(shared_address(to)), "f"(x), "f"(y) : "memory");
}

/** Two columns' factors of the sums, ones beyond n. */
template <typename T>
__device__ __forceinline__ float2 fetch_scale(const Output<T> &output, int column) {
    return make_float2(
            column < output.n ? output.scale[column] : 1.0f, column + 1 < output.n ? output.scale[column + 1] : 1.0f);
}

/** {@code first ? a : b} without a branch: lanes that have parted would store one after the other. */
__device__ __forceinline__ float pick(int first, float a, float b) {
    float result;
    asm("{\n.reg .pred first;\nsetp.ne.s32 first, %1, 0;\nselp.f32 %0, %2, %3, first;\n}"
        : "=f"(result)
        : "r"(first), "f"(a), "f"(b));
    return result;
}

template <typename T, int BN>
__device__ __forceinline__ void load_staged(float (&v)[PACK<T>], const float *row, int swap) {
    const float4 *from = reinterpret_cast<const float4 *>(row);
    if constexpr (PACK<T> == 4) {
        float4 a = from[0];
        v[0] += a.x, v[1] += a.y, v[2] += a.z, v[3] += a.w;
    } else {
        const float4 first = from[swap];
        const float4 second = from[1 - swap];
        v[0] += pick(swap, second.x, first.x), v[4] += pick(swap, first.x, second.x);
        v[1] += pick(swap, second.y, first.y), v[5] += pick(swap, first.y, second.y);
        v[2] += pick(swap, second.z, first.z), v[6] += pick(swap, first.z, second.z);
        v[3] += pick(swap, second.w, first.w), v[7] += pick(swap, first.w, second.w);
    }
}

/** A barrier of the first THREADS threads of the block. */
template <int THREADS>
__device__ __forceinline__ void meet() {
    asm volatile("bar.sync 1, %0;" ::"n"(THREADS) : "memory");
}

/** Whether this block is the last of {@code splits} to come here. THREADS threads call it, after their last store. */
template <int THREADS>
__device__ __forceinline__ bool arrives_last(unsigned *counter, int splits, unsigned *flag, int thread) {
    meet<THREADS>();
    if (thread == 0) {
        // The barrier orders the block's stores before this release; the acquire orders those of the others before our loads.
        unsigned before;
        asm volatile("atom.add.acq_rel.gpu.global.u32 %0, [%1], 1;" : "=r"(before) : "l"(counter) : "memory");
        *flag = before == splits - 1;
        if (before == splits - 1) {
            *counter = 0;
        }
    }
    meet<THREADS>();
    return *flag != 0;
}

/**
 * Writes a tile whose sums are staged, BM rows from row0 on. WINDOW 1, or the rows of which the mean is stored: it divides BM, row0
 * and the rows of the product.
 */
template <typename T, int BM, int BN, int THREADS, int SLABS, int WINDOW = 1>
__device__ __forceinline__ void finish_tile(
        float *staged, const Output<T> &output, int row0, int column0, int tile, int split, int splits, int thread) {
    constexpr int WIDTH = PACK<T>;
    constexpr int CHUNKS = BN / WIDTH;
    constexpr int COUNT = BM * CHUNKS;
    static_assert(THREADS % CHUNKS == 0, "a thread keeps its columns");
    static_assert(BM % WINDOW == 0, "windows are whole");
    const int chunk = thread % CHUNKS;
    const int column = column0 + chunk * WIDTH;
    const int swap = BN == 16 ? thread & 1 : thread >> 2 & 1;
    const int valid = min(max(output.n - column, 0), WIDTH);

    float bias[WIDTH];
#pragma unroll
    for (int j = 0; j < WIDTH; j++) {
        bias[j] = 0;
    }
    load_staged<T, BN>(bias, staged + SLABS * BM * PITCH<BN> + chunk * WIDTH, swap);

    // All partial sums of a tile, and this thread's in an order in which 32 threads lie side by side.
    float4 *partials = reinterpret_cast<float4 *>(output.workspace + COUNTERS) +
                       (int64_t) tile * splits * (COUNT * (WIDTH / 4));
    auto staged_sums = [&](float(&v)[WIDTH], int row) {
#pragma unroll
        for (int j = 0; j < WIDTH; j++) {
            v[j] = 0;
        }
#pragma unroll
        for (int s = 0; s < SLABS; s++) {
            load_staged<T, BN>(v, staged + (s * BM + row) * PITCH<BN> + chunk * WIDTH, swap);
        }
    };
    if (splits > 1) {
#pragma unroll 1
        for (int i = thread; i < COUNT && row0 + i / CHUNKS < output.m && valid > 0; i += THREADS) {
            float v[WIDTH];
            staged_sums(v, i / CHUNKS);
#pragma unroll
            for (int j = 0; j < WIDTH; j += 4) {
                partials[split * (COUNT * (WIDTH / 4)) + j / 4 * COUNT + i] =
                        make_float4(v[j], v[j + 1], v[j + 2], v[j + 3]);
            }
        }
        if (!arrives_last<THREADS>(output.workspace + tile, splits, reinterpret_cast<unsigned *>(staged), thread)) {
            return;
        }
    }
    auto sums = [&](float(&v)[WIDTH], int row) {
        if (splits == 1) {
            staged_sums(v, row);
            return;
        }
#pragma unroll
        for (int j = 0; j < WIDTH; j++) {
            v[j] = 0;
        }
#pragma unroll 4
        for (int s = 0; s < splits; s++) {
#pragma unroll
            for (int j = 0; j < WIDTH; j += 4) {
                // From L2: other SMs wrote them.
                float4 a = __ldcg(partials + s * (COUNT * (WIDTH / 4)) + j / 4 * COUNT + row * CHUNKS + chunk);
                v[j] += a.x, v[j + 1] += a.y, v[j + 2] += a.z, v[j + 3] += a.w;
            }
        }
    };
    auto old_values = [&](float(&old)[WIDTH], int row) {
        const T *from = output.residual + (row0 + row) * output.residual_stride + column;
        if (valid == WIDTH) {
            Pack<T> pack = Pack<T>::load(from);
#pragma unroll
            for (int j = 0; j < WIDTH; j++) {
                old[j] = to_float(pack.values[j]);
            }
        } else {
#pragma unroll
            for (int j = 0; j < WIDTH; j++) {
                old[j] = j < valid ? to_float(from[j]) : 0;
            }
        }
    };
#pragma unroll 1
    for (int i = thread; i < COUNT / WINDOW && row0 + i / CHUNKS * WINDOW < output.m && valid > 0; i += THREADS) {
        const int row = i / CHUNKS * WINDOW;
        float v[WIDTH];
        Pack<T> result;
        if constexpr (WINDOW == 1) {
            sums(v, row);
            float old[WIDTH];
#pragma unroll
            for (int j = 0; j < WIDTH; j++) {
                old[j] = 0;
            }
            if (output.residual != nullptr) {
                old_values(old, row);
            }
#pragma unroll
            for (int j = 0; j < WIDTH; j++) {
                result.values[j] =
                        from_float<T>(activate<sizeof(T) == 2>(output.activation, old[j] + (v[j] + bias[j])));
            }
        } else {
            float mean[WIDTH];
#pragma unroll
            for (int j = 0; j < WIDTH; j++) {
                mean[j] = 0;
            }
#pragma unroll 1
            for (int r = 0; r < WINDOW; r++) {
                sums(v, row + r);
#pragma unroll
                for (int j = 0; j < WIDTH; j++) {
                    mean[j] += activate<sizeof(T) == 2>(output.activation, v[j] + bias[j]);
                }
            }
#pragma unroll
            for (int j = 0; j < WIDTH; j++) {
                result.values[j] = from_float<T>(mean[j] / WINDOW);
            }
        }
        result.store(output.out + (row0 + row) / WINDOW * output.stride + column);
    }
}
