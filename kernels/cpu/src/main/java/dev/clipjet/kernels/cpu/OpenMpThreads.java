package dev.clipjet.kernels.cpu;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;

/**
 * The number of OpenMP threads that native code started by the calling thread may use. oneDNN is built for OpenMP, and here
 * the {@link WorkerPool} does the splitting: every worker computes alone. OpenMP keeps this number per thread, so that
 * setting it for a worker touches nobody else; a thread that is not ours gets its own number back. The runtime is the one that oneDNN has loaded.
 */
final class OpenMpThreads {
    static {
        // A handle finds the symbols of what the library depends on; on Windows only its own.
        String library = Loader.load(dnnl.class);
        Native.register(OpenMpThreads.class, NativeLibrary.getInstance(Platform.isWindows() ? "vcomp140" : library));
    }

    private OpenMpThreads() {}

    /** Lets native code started by the calling thread use one thread, and returns how many it could use before. */
    static int limitToOne() {
        int before = omp_get_max_threads();
        omp_set_num_threads(1);
        return before;
    }

    /** Gives the calling thread its number back. */
    static void restore(int threads) {
        omp_set_num_threads(threads);
    }

    /** How many threads native code started by the calling thread may use. */
    static int limit() {
        return omp_get_max_threads();
    }

    private static native int omp_get_max_threads();

    private static native void omp_set_num_threads(int threads);
}
