package dev.clipjet.device;

/**
 * Shape of a launch.
 *
 * @param grid blocks
 * @param block threads of a block
 * @param cluster blocks of a cluster, {@link Dim3#ONE} for none
 * @param dynamicSharedBytes dynamic shared memory of a block, in bytes
 * @param cooperative whether all blocks must be resident at once
 * @param programmatic whether the grid may begin before the grid before it in the stream has ended, as with CUDA's attribute of
 *     programmatic stream serialization; its threads wait for that grid by {@code griddepcontrol.wait}
 */
public record LaunchShape(
        Dim3 grid, Dim3 block, Dim3 cluster, int dynamicSharedBytes, boolean cooperative, boolean programmatic) {
    /** A plain launch. */
    public LaunchShape(Dim3 grid, Dim3 block, int dynamicSharedBytes) {
        this(grid, block, Dim3.ONE, dynamicSharedBytes, false);
    }

    /** A launch that begins when the work before it in the stream has ended. */
    public LaunchShape(Dim3 grid, Dim3 block, Dim3 cluster, int dynamicSharedBytes, boolean cooperative) {
        this(grid, block, cluster, dynamicSharedBytes, cooperative, false);
    }

    /** The same shape, as a programmatic launch or not. */
    public LaunchShape withProgrammatic(boolean value) {
        return new LaunchShape(grid, block, cluster, dynamicSharedBytes, cooperative, value);
    }

    /** Checks that nothing is negative. */
    public LaunchShape {
        if (dynamicSharedBytes < 0) {
            throw new IllegalArgumentException("dynamic shared memory of " + dynamicSharedBytes + " bytes");
        }
    }
}
