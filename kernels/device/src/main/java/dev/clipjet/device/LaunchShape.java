package dev.clipjet.device;

/**
 * Shape of a launch.
 *
 * @param grid blocks
 * @param block threads of a block
 * @param cluster blocks of a cluster, {@link Dim3#ONE} for none
 * @param dynamicSharedBytes dynamic shared memory of a block, in bytes
 * @param cooperative whether all blocks must be resident at once
 */
public record LaunchShape(Dim3 grid, Dim3 block, Dim3 cluster, int dynamicSharedBytes, boolean cooperative) {
    /** A plain launch. */
    public LaunchShape(Dim3 grid, Dim3 block, int dynamicSharedBytes) {
        this(grid, block, Dim3.ONE, dynamicSharedBytes, false);
    }

    /** Checks that nothing is negative. */
    public LaunchShape {
        if (dynamicSharedBytes < 0) {
            throw new IllegalArgumentException("dynamic shared memory of " + dynamicSharedBytes + " bytes");
        }
    }
}
