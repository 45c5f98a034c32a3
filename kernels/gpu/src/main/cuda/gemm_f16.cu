// targets: sm_80
//
// Linear layers with storage in f16 and sums in float32, on tensor cores: linear.cuh.
#include "linear.cuh"

ENTRIES(__half, f16)
