package dev.clipjet.ptx.tensor;

/** Chooses between the JDK's vector module and plain Java, once, and says why. The results are the same, to the bit. */
public final class FastSums {
    /** Set to {@code false} to use plain Java even where vectors are available. */
    public static final String PROPERTY = "clipjet.emulator.vector";

    private static final String MODULE = "jdk.incubator.vector";
    private static final String OBSTACLE = obstacle();

    private FastSums() {}

    /** An object for one thread. */
    public static TileSums create() {
        return OBSTACLE.isEmpty() ? new VectorSums() : new PlainSums();
    }

    /** What was chosen and why, for reports. */
    public static String description() {
        return OBSTACLE.isEmpty()
                ? "tensor cores on vectors of " + VectorSums.lanes() + " doubles"
                : "tensor cores in plain Java: " + OBSTACLE;
    }

    private static String obstacle() {
        if (!Boolean.parseBoolean(System.getProperty(PROPERTY, "true"))) {
            return "switched off by -D" + PROPERTY + "=false";
        }
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return "start the JVM with --add-modules " + MODULE + " for vectors, which are faster";
        }
        // Without the optimising compiler every vector is an object, and slower than plain Java.
        String mode = System.getProperty("java.vm.info", "");
        if (mode.contains("interpreted") || mode.contains("emulated-client")) {
            return "the JVM runs without its optimising compiler";
        }
        return VectorSums.lanes() < 4 ? "this CPU has no vectors of four doubles" : "";
    }
}
