package dev.clipjet.ptx.exec;

/** The order in which groups, warps and blocks run: the plain one, or a random one that a seed repeats. */
public final class Schedule {
    private final boolean adversarial;
    private boolean calm;
    private long state;

    /**
     * A schedule.
     *
     * @param seed 0 for the plain one
     * @param salt what else the random choices depend on, such as the block
     */
    public Schedule(long seed, long salt) {
        adversarial = seed != 0;
        state = seed * 0x9E3779B97F4A7C15L + salt * 0xD1B54A32D192ED03L + 1;
    }

    /** Whether choices are random. */
    public boolean adversarial() {
        return adversarial && !calm;
    }

    /** Leaves the choice to the plain schedule for the time being. */
    void calm(boolean on) {
        calm = on;
    }

    /** Whether converged lanes stay together, so that finding part of a warp means that the program split it. */
    public boolean whole() {
        return !adversarial;
    }

    /** A random number below a bound. */
    public int below(int bound) {
        return Integer.remainderUnsigned(next(), bound);
    }

    /** 32 random bits (SplitMix64). */
    public int next() {
        state += 0x9E3779B97F4A7C15L;
        long z = state;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return (int) ((z ^ z >>> 31) >>> 32);
    }
}
