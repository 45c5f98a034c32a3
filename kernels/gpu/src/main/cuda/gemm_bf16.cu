// targets: sm_80
//
// Linear layers with storage in bf16 and sums in float32, on tensor cores: linear.cuh.
#include "linear.cuh"

ENTRIES(__nv_bfloat16, bf16)
