package dev.clipjet.kernels.cuda;

/**
 * A GPU as the driver describes it.
 *
 * @param index number by which the driver knows it
 * @param name for example {@code NVIDIA H200}
 * @param computeMajor compute capability, first number
 * @param computeMinor compute capability, second number
 * @param memoryBytes size of its memory
 * @param multiprocessors number of streaming multiprocessors
 */
public record CudaDevice(
        int index, String name, int computeMajor, int computeMinor, long memoryBytes, int multiprocessors) {
    /** For example {@code 9.0}. */
    public String computeCapability() {
        return computeMajor + "." + computeMinor;
    }
}
