// targets: sm_80
//
// Depthwise convolutions with storage in f16 and sums in float32: depthwise.cuh.
#include "depthwise.cuh"

ENTRIES(__half, f16, 8)
