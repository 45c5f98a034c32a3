package dev.clipjet.kernels.cpu;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses between the JDK's vector module and plain Java, once, and says why. The vector classes are only touched when
 * the module is there, so a JVM started without it still works.
 */
public final class Simd {
    /** Set to {@code false} to use plain Java even where vectors are available. */
    public static final String PROPERTY = "clipjet.cpu.vector";

    private static final Logger LOG = LoggerFactory.getLogger(Simd.class);
    private static final String MODULE = "jdk.incubator.vector";
    private static final Choice CHOICE = choose();

    private record Choice(RowMath rowMath, PanelKernel panelKernel, String reason) {}

    private Simd() {}

    static RowMath rowMath() {
        return CHOICE.rowMath;
    }

    /** The kernel of matrix products and convolutions where oneDNN does not compute them. */
    static PanelKernel panelKernel() {
        return CHOICE.panelKernel;
    }

    /** What was chosen and why, for reports. */
    public static String description() {
        return CHOICE.reason;
    }

    private static Choice choose() {
        Choice choice;
        if (!Boolean.parseBoolean(System.getProperty(PROPERTY, "true"))) {
            choice = scalar("plain Java: switched off by -D" + PROPERTY + "=false");
        } else if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            choice = scalar("plain Java: start the JVM with --add-modules " + MODULE + " for vectors");
        } else {
            VectorRowMath rowMath = new VectorRowMath();
            choice = rowMath.lanes() < 4
                    ? scalar("plain Java: this CPU has no vectors of four floats")
                    : new Choice(rowMath, new VectorPanelKernel(), VectorRowMath.description());
        }
        if (choice.panelKernel instanceof ScalarPanelKernel) {
            LOG.warn("CPU arithmetic without vectors, several times slower: {}", choice.reason);
        } else {
            LOG.info("CPU arithmetic: {}", choice.reason);
        }
        return choice;
    }

    private static Choice scalar(String reason) {
        return new Choice(new ScalarRowMath(), new ScalarPanelKernel(), reason);
    }
}
