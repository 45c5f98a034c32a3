// targets: sm_80
//
// Convolutions with storage in bf16 and sums in float32, on tensor cores: convolution.cuh.
#include "convolution.cuh"

ENTRIES(__nv_bfloat16, bf16)
