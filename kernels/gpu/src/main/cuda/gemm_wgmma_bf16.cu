// targets: sm_90a
//
// Linear layers for many rows with storage in bf16 and sums in float32, on Hopper's tensor cores: linear_wgmma.cuh.
#include "linear_wgmma.cuh"

ENTRIES(__nv_bfloat16, bf16)
