package dev.clipjet.convert;

/** Told how far a conversion has come. What it throws ends the conversion like any other failure. */
@FunctionalInterface
public interface ConversionListener {
    /** Hears nothing. */
    ConversionListener NONE = (done, total) -> {};

    /**
     * Called after each piece.
     *
     * @param done bytes of weights written so far, and those that an earlier run had finished
     * @param total bytes of weights in all
     */
    void progressed(long done, long total);
}
