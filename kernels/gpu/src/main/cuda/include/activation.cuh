// Activations in float32, by the number that the wrapper's enum has.
//
//   0  x
//   1  x / (1 + exp(-1.702 x))                           QuickGELU
//   2  x/2 (1 + erf(x / sqrt 2))                         GELU
//   3  x / (1 + exp(-2 u)), u = sqrt(2/pi) (x + 0.044715 x^3), which is x/2 (1 + tanh u) without its cancellation
//   4  max(x, 0), NaN for NaN                            ReLU
//
// Results that are stored in 16 bits use the fast exponential and division (a few units of float32's last place); GELU in float32
// is x/2 erfc(-x / sqrt 2), which does not cancel for negative x.
#pragma once

/** x * sigmoid(y). */
template <bool FAST>
__device__ __forceinline__ float gate(float x, float y) {
    return FAST ? __fdividef(x, 1.0f + __expf(-y)) : x / (1.0f + expf(-y));
}

template <bool FAST>
__device__ __forceinline__ float activate(int kind, float x) {
    if (kind == 0) {
        return x;
    }
    if (kind == 1) {
        return gate<FAST>(x, 1.702f * x);
    }
    if (kind == 2) {
        constexpr float ROOT_HALF = 0.70710678f;
        return FAST ? 0.5f * x * (1.0f + erff(ROOT_HALF * x)) : 0.5f * x * erfcf(-ROOT_HALF * x);
    }
    if (kind == 4) {
        return x < 0.0f ? 0.0f : x;
    }
    constexpr float TWICE_ROOT = 1.5957691f;
    return gate<FAST>(x, TWICE_ROOT * (x + 0.044715f * x * x * x));
}
