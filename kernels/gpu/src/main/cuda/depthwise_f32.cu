// targets: sm_80
//
// Depthwise convolutions with storage and sums in float32: depthwise.cuh.
#include "depthwise.cuh"

ENTRIES(float, f32, 4)
