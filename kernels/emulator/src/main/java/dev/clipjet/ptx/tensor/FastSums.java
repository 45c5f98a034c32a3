package dev.clipjet.ptx.tensor;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The sums in plain Java or on the JDK's vector module, with the same bits. Vectors are slow until the JVM has compiled them, which for exact
 * sums takes longer than plain Java needs for all of an ordinary run; truncated sums they win at once.
 */
public final class FastSums implements TileSums {
    /** {@code false} for plain Java always, {@code true} for vectors always, {@code auto} (the default) for what suits the amount. */
    public static final String PROPERTY = "clipjet.emulator.vector";

    /** From so many exact products of a warp in a process on vectors pay, by processor time with JDK 17. */
    static final long VECTOR_PRODUCTS = 4_000_000;

    private static final String MODULE = "jdk.incubator.vector";
    /** Products are added up in so large steps. */
    private static final int STEP = 1024;

    private static final int COLUMNS = 8;
    private static final String WANTED = System.getProperty(PROPERTY, "auto");
    private static final String OBSTACLE = obstacle();
    private static final AtomicLong PRODUCTS = new AtomicLong();

    private final TileSums vectors = OBSTACLE.isEmpty() ? new VectorSums() : new PlainSums();
    private TileSums exact = WANTED.equals("true") || PRODUCTS.get() >= VECTOR_PRODUCTS ? vectors : new PlainSums();
    private int products;

    @Override
    public void exact(TileOperand a, TileOperand b, int[] c, int m, int n, int k) {
        if (exact != vectors) {
            products += n / COLUMNS;
            if (products >= STEP) {
                exact = PRODUCTS.addAndGet(products) >= VECTOR_PRODUCTS ? vectors : exact;
                products = 0;
            }
        }
        exact.exact(a, b, c, m, n, k);
    }

    @Override
    public void truncated(TileOperand a, TileOperand b, int[] c, int m, int n, int k, int terms, int bits) {
        vectors.truncated(a, b, c, m, n, k, terms, bits);
    }

    /** What is chosen and why, for reports. */
    public static String description() {
        if (!OBSTACLE.isEmpty()) {
            return "tensor cores in plain Java: " + OBSTACLE;
        }
        return "tensor cores on vectors of " + VectorSums.lanes() + " doubles"
                + (WANTED.equals("true") ? "" : ", exact sums from " + VECTOR_PRODUCTS + " products on");
    }

    private static String obstacle() {
        if (WANTED.equals("false")) {
            return "switched off by -D" + PROPERTY + "=false";
        }
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return "start the JVM with --add-modules " + MODULE + " for vectors, which are faster";
        }
        // Without the optimizing compiler every vector is an object, and slower than plain Java.
        String mode = System.getProperty("java.vm.info", "");
        if (mode.contains("interpreted") || mode.contains("emulated-client")) {
            return "the JVM runs without its optimizing compiler";
        }
        return VectorSums.lanes() < 4 ? "this CPU has no vectors of four doubles" : "";
    }
}
