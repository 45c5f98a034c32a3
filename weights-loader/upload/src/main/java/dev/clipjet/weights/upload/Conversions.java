package dev.clipjet.weights.upload;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The conversions between F32, F16 and BF16, in plain Java or on the JDK's vector module, with the same bits. Vectors are six times as
 * fast, but only once the JVM has compiled them, which takes longer than a model of usual size needs in plain Java. So they are used
 * when a process has much to convert, and the JVM was started with the module.
 */
public final class Conversions {
    /** {@code false} for plain Java always, {@code true} for vectors always, {@code auto} (the default) for what suits the amount. */
    public static final String PROPERTY = "clipjet.upload.vector";

    /** From so many bytes in a process on vectors pay, by processor time with JDK 17. */
    static final long VECTOR_BYTES = 4L << 30;

    private static final Logger LOG = LoggerFactory.getLogger(Conversions.class);
    private static final String MODULE = "jdk.incubator.vector";
    private static final HalfConversions PLAIN = new ScalarHalves();
    private static final AtomicLong CONVERTED = new AtomicLong();

    private Conversions() {}

    /** Whether tensors of a type can be uploaded, and to a type. */
    static boolean isConvertible(ElementType dtype) {
        return dtype == ElementType.F32 || dtype == ElementType.F16 || dtype == ElementType.BF16;
    }

    /** What is best for the amount that an upload is about to convert; says so in the log. */
    static HalfConversions forBytes(long bytes) {
        long all = CONVERTED.addAndGet(bytes);
        String wanted = System.getProperty(PROPERTY, "auto");
        String obstacle = obstacle();
        boolean vectors =
                obstacle.isEmpty() && !wanted.equals("false") && (wanted.equals("true") || all >= VECTOR_BYTES);
        if (vectors) {
            LOG.info("{} bytes of weights to convert, on vectors", bytes);
        } else {
            LOG.info("{} bytes of weights to convert, in plain Java{}", bytes, obstacle);
        }
        return vectors ? new VectorHalves() : PLAIN;
    }

    private static String obstacle() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return ": the JVM was started without --add-modules " + MODULE;
        }
        // Without the optimizing compiler every vector is an object: forty times slower than plain Java.
        String mode = System.getProperty("java.vm.info", "");
        if (mode.contains("interpreted") || mode.contains("emulated-client")) {
            return ": the JVM runs without its optimizing compiler";
        }
        return VectorHalves.lanes() < 4 ? ": this CPU has no vectors of four floats" : "";
    }

    /** In plain Java. */
    static BlockConversion between(ElementType source, ElementType target) {
        return between(source, target, PLAIN);
    }

    static BlockConversion between(ElementType source, ElementType target, HalfConversions halves) {
        if (!isConvertible(source) || !isConvertible(target)) {
            throw new InvalidInputException("no conversion from " + source + " to " + target);
        }
        if (source == target) {
            int bytes = source.bytes();
            return (in, from, out, to, count) -> {
                System.arraycopy(in, from, out, to, count * bytes);
                return 0;
            };
        }
        if (source == ElementType.F32) {
            return target == ElementType.F16 ? halves::toHalf : halves::toBfloat16;
        }
        BlockConversion toFloat = source == ElementType.F16 ? halves::fromHalf : halves::fromBfloat16;
        return target == ElementType.F32
                ? toFloat
                : new ThroughFloat(toFloat, between(ElementType.F32, target, halves));
    }
}
