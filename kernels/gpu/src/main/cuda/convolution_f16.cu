// targets: sm_80
//
// Convolutions with storage in f16 and sums in float32, on tensor cores: convolution.cuh.
#include "convolution.cuh"

ENTRIES(__half, f16)
