package dev.clipjet.ptx.profile;

/**
 * A GPU's rates, per SM and clock unless said otherwise, from NVIDIA's data sheets and architecture papers; boost clocks.
 *
 * @param name its name
 * @param capability compute capability, 90 for 9.0
 * @param multiprocessors SMs
 * @param gigahertz boost clock
 * @param issue warp instructions issued
 * @param floatLanes lanes of single-precision arithmetic
 * @param specialLanes lanes of {@code ex2 rcp rsqrt} and the like
 * @param exchangeLanes lanes of shuffles, loads and stores
 * @param tensorMacs multiply-adds of {@code mma.sync} in 16-bit formats
 * @param groupMacs multiply-adds of {@code wgmma} in 16-bit formats, 0 where there is none
 * @param sharedBytes bytes of shared memory
 * @param cacheBytes bytes between L2 and the SM
 * @param memoryTerabytes bytes of device memory in 10^12 a second, for the whole GPU
 * @param launchMicroseconds what a launch costs inside a graph
 */
public record GpuModel(
        String name,
        int capability,
        int multiprocessors,
        double gigahertz,
        int issue,
        int floatLanes,
        int specialLanes,
        int exchangeLanes,
        int tensorMacs,
        int groupMacs,
        int sharedBytes,
        int cacheBytes,
        double memoryTerabytes,
        double launchMicroseconds) {
    /** H200 SXM. */
    public static final GpuModel H200 =
            new GpuModel("H200", 90, 132, 1.83, 4, 128, 16, 32, 1228, 2048, 128, 64, 4.8, 1.3);
    /** H100 SXM. */
    public static final GpuModel H100 =
            new GpuModel("H100", 90, 132, 1.83, 4, 128, 16, 32, 1228, 2048, 128, 64, 3.35, 1.3);
    /** A100 SXM with 80 GB. */
    public static final GpuModel A100 = new GpuModel("A100", 80, 108, 1.41, 4, 64, 16, 32, 1024, 0, 128, 64, 2.04, 1.3);
    /** L4. */
    public static final GpuModel L4 = new GpuModel("L4", 89, 58, 2.04, 4, 128, 16, 32, 512, 0, 128, 64, 0.3, 1.3);

    /**
     * Microseconds in which so many bytes pass and so many operations of 16-bit matrix products are done, whichever takes longer, by these
     * rates: what no implementation goes below.
     */
    public double floor(double bytes, double operations) {
        double rate = 2.0 * Math.max(tensorMacs, groupMacs) * multiprocessors * gigahertz * 1e9;
        return 1e6 * Math.max(bytes / (memoryTerabytes * 1e12), operations / rate);
    }

    /** The model of a name, in any case; an error names those there are. */
    public static GpuModel of(String name) {
        for (GpuModel model : new GpuModel[] {H200, H100, A100, L4}) {
            if (model.name.equalsIgnoreCase(name)) {
                return model;
            }
        }
        throw new IllegalArgumentException("unknown GPU " + name + "; known are H200, H100, A100, L4");
    }
}
