package dev.clipjet.ptx.profile;

/**
 * How many blocks an SM holds at a time (CUDA Programming Guide, "Compute Capabilities").
 *
 * @param blocks blocks of an SM
 * @param warps warps of these
 * @param maxWarps warps that the SM could hold
 * @param limit what allows no more: {@code blocks}, {@code warps}, {@code registers} or {@code shared memory}
 */
public record Occupancy(int blocks, int warps, int maxWarps, String limit) {
    private static final int REGISTERS = 65536;

    /** Limits of an SM. */
    private record Limits(int warps, int blocks, int sharedBytes, int sharedPerBlock, int reserved) {}

    private static Limits limits(int capability) {
        return switch (capability) {
            case 75 -> new Limits(32, 16, 64 << 10, 64 << 10, 0);
            case 80 -> new Limits(64, 32, 164 << 10, 163 << 10, 1024);
            case 86 -> new Limits(48, 16, 100 << 10, 99 << 10, 1024);
            case 89 -> new Limits(48, 24, 100 << 10, 99 << 10, 1024);
            case 90 -> new Limits(64, 32, 228 << 10, 227 << 10, 1024);
            default -> throw new IllegalArgumentException("no limits known for compute capability " + capability);
        };
    }

    /**
     * The occupancy of a launch.
     *
     * @param capability compute capability, 90 for 9.0
     * @param threads threads of a block
     * @param registers registers of a thread, 0 if unknown
     * @param sharedBytes static and dynamic shared memory of a block
     */
    public static Occupancy of(int capability, int threads, int registers, int sharedBytes) {
        Limits limits = limits(capability);
        if (threads < 1 || threads > 1024 || registers < 0 || registers > 255 || sharedBytes > limits.sharedPerBlock()) {
            throw new IllegalArgumentException("no SM of capability " + capability + " holds a block of " + threads
                    + " threads with " + registers + " registers each and " + sharedBytes + " bytes of shared memory");
        }
        int warps = (threads + 31) / 32;
        int best = limits.blocks();
        String limit = "blocks";
        if (limits.warps() / warps < best) {
            best = limits.warps() / warps;
            limit = "warps";
        }
        if (registers > 0) {
            int perWarp = (registers * 32 + 255) / 256 * 256;
            int byRegisters = REGISTERS / perWarp / 4 * 4 / warps;
            if (byRegisters < best) {
                best = byRegisters;
                limit = "registers";
            }
        }
        int reserved = (sharedBytes + limits.reserved() + 127) / 128 * 128;
        if (reserved > 0 && limits.sharedBytes() / reserved < best) {
            best = limits.sharedBytes() / reserved;
            limit = "shared memory";
        }
        return new Occupancy(best, best * warps, limits.warps(), limit);
    }
}
