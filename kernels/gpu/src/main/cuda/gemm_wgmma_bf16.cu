// targets: sm_90a
//
// Linear layers for many rows with storage in bf16 and sums in float32, on Hopper's tensor cores: gemm_wgmma.cuh.
#include "gemm_wgmma.cuh"

ENTRIES(__nv_bfloat16, bf16)
