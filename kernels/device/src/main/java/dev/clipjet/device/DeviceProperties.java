package dev.clipjet.device;

/**
 * What a device is.
 *
 * @param name as its maker calls it
 * @param computeMajor major number of the compute capability, 9 for sm_90
 * @param computeMinor minor number of the compute capability
 * @param multiprocessors number of SMs
 * @param sharedBytesPerBlock largest shared memory of a block, with opt-in, in bytes
 * @param sharedBytesPerMultiprocessor shared memory of an SM, in bytes
 * @param registersPerMultiprocessor 32-bit registers of an SM
 * @param maxThreadsPerBlock largest number of threads in a block
 * @param maxThreadsPerMultiprocessor resident threads of an SM
 * @param maxBlocksPerMultiprocessor resident blocks of an SM
 * @param totalMemory bytes of device memory
 */
public record DeviceProperties(
        String name,
        int computeMajor,
        int computeMinor,
        int multiprocessors,
        int sharedBytesPerBlock,
        int sharedBytesPerMultiprocessor,
        int registersPerMultiprocessor,
        int maxThreadsPerBlock,
        int maxThreadsPerMultiprocessor,
        int maxBlocksPerMultiprocessor,
        long totalMemory) {
    /** Compute capability as one number, 90 for 9.0. */
    public int computeCapability() {
        return 10 * computeMajor + computeMinor;
    }
}
