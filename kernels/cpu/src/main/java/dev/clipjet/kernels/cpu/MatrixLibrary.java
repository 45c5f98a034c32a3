package dev.clipjet.kernels.cpu;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;

/** Whether the library for large matrix products works on this machine. */
public final class MatrixLibrary {
    private MatrixLibrary() {}

    /** Where OpenBLAS was loaded from, or why it was not; for reports. */
    public static String description() {
        try {
            NativeCache.secure();
            return "loads: " + Loader.load(openblas_nolapack.class);
        } catch (LinkageError e) {
            return "does not load, and without it no tower can be computed: " + e.getMessage();
        }
    }
}
