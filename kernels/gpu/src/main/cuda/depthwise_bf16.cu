// targets: sm_80
//
// Depthwise convolutions with storage in bf16 and sums in float32: depthwise.cuh.
#include "depthwise.cuh"

ENTRIES(__nv_bfloat16, bf16, 8)
