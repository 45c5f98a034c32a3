// targets: sm_90a
//
// Convolutions with storage in f16 and sums in float32, on Hopper's tensor cores: convolution_wgmma.cuh.
#include "convolution_wgmma.cuh"

ENTRIES(__half, f16)
