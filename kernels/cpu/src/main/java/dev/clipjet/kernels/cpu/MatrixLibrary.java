package dev.clipjet.kernels.cpu;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which implementation of matrix products and convolutions runs: oneDNN where it loads, else our own on the JDK's vector
 * module or in plain Java. Chosen once, and it says why.
 */
public final class MatrixLibrary {
    /** Set to {@code false} to use our own implementation even where oneDNN loads. */
    public static final String PROPERTY = "clipjet.cpu.onednn";

    /** Who computes. */
    enum Provider {
        ONE_DNN,
        OWN
    }

    private static final Logger LOG = LoggerFactory.getLogger(MatrixLibrary.class);
    private static final Choice CHOICE = choose();

    private record Choice(Provider provider, String reason) {}

    private MatrixLibrary() {}

    static Provider provider() {
        return CHOICE.provider;
    }

    /** What was chosen and why, for reports. */
    public static String description() {
        return CHOICE.reason;
    }

    private static Choice choose() {
        if (!Boolean.parseBoolean(System.getProperty(PROPERTY, "true"))) {
            return own("switched off by -D" + PROPERTY + "=false");
        }
        try {
            NativeCache.secure();
            String path = Loader.load(dnnl.class);
            int threads = OpenMpThreads.limit(); // without which we could not keep it to one
            String reason = "loads: " + path + ", instructions " + instructions();
            LOG.debug("native code started here could use {} threads of OpenMP", threads);
            LOG.info("oneDNN {}", reason);
            return new Choice(Provider.ONE_DNN, reason);
        } catch (LinkageError | RuntimeException e) {
            return own("does not load: " + e.getMessage());
        }
    }

    private static Choice own(String why) {
        String reason = why + "; matrix products and convolutions run on " + Simd.description();
        LOG.warn("oneDNN {}", reason);
        return new Choice(Provider.OWN, reason);
    }

    /** The instruction set that oneDNN uses at most on this machine. */
    static String instructions() {
        int isa = dnnl.dnnl_get_effective_cpu_isa();
        if (isa == dnnl.dnnl_cpu_isa_default) {
            return "of the platform";
        }
        if (isa == dnnl.dnnl_cpu_isa_sse41) {
            return "SSE4.1";
        }
        if (isa == dnnl.dnnl_cpu_isa_avx) {
            return "AVX";
        }
        return (isa & dnnl.dnnl_cpu_isa_avx512_core) == dnnl.dnnl_cpu_isa_avx512_core ? "AVX-512" : "AVX2";
    }
}
