/** The resampling kernels of Pillow and torchvision. */
package dev.clipjet.preprocess.resize;
