package dev.clipjet.kernels.cases;

/** What is expected of every case, in every type. */
public final class Bounds {
    /**
     * The largest error, and the root of the mean of their squares, over those of the plain computation: values as stored, float32
     * arithmetic in order, results rounded to storage. All against fp64 from the same stored values.
     */
    public static final double TIMES_PLAIN_ERROR = 2;

    /** Sectors of global memory that a request touches over those that its bytes fill, where rows begin at sectors. */
    public static final double SECTORS_OVER_IDEAL = 1;

    /** Wavefronts of shared memory over those without bank conflicts. */
    public static final double WAVEFRONTS_OVER_IDEAL = 1;

    private Bounds() {}
}
