package dev.clipjet.weights.upload;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.memory.DType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The conversions between F32, F16 and BF16: on the JDK's vector module where the JVM was started with it, in plain Java otherwise,
 * with the same bits. The choice is made once and logged.
 */
public final class Conversions {
    /** Set to {@code false} to use plain Java even where vectors are available. */
    public static final String PROPERTY = "clipjet.upload.vector";

    private static final Logger LOG = LoggerFactory.getLogger(Conversions.class);
    private static final String MODULE = "jdk.incubator.vector";
    private static final Choice CHOICE = choose();

    private record Choice(HalfConversions halves, String reason) {}

    private Conversions() {}

    /** What was chosen and why, for reports. */
    public static String description() {
        return CHOICE.reason;
    }

    /** Whether tensors of a type can be uploaded, and to a type. */
    static boolean isConvertible(DType dtype) {
        return dtype == DType.F32 || dtype == DType.F16 || dtype == DType.BF16;
    }

    static BlockConversion between(DType source, DType target) {
        return between(source, target, CHOICE.halves);
    }

    static BlockConversion between(DType source, DType target, HalfConversions halves) {
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
        if (source == DType.F32) {
            return target == DType.F16 ? halves::toHalf : halves::toBfloat16;
        }
        BlockConversion toFloat = source == DType.F16 ? halves::fromHalf : halves::fromBfloat16;
        return target == DType.F32 ? toFloat : new ThroughFloat(toFloat, between(DType.F32, target, halves));
    }

    private static Choice choose() {
        Choice choice;
        if (!Boolean.parseBoolean(System.getProperty(PROPERTY, "true"))) {
            choice = new Choice(new ScalarHalves(), "plain Java: switched off by -D" + PROPERTY + "=false");
        } else if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            choice = new Choice(
                    new ScalarHalves(), "plain Java: start the JVM with --add-modules " + MODULE + " for vectors");
        } else if (VectorHalves.lanes() < 4) {
            choice = new Choice(new ScalarHalves(), "plain Java: this CPU has no vectors of four floats");
        } else {
            choice = new Choice(new VectorHalves(), "vectors of " + VectorHalves.lanes() + " floats");
        }
        LOG.info("conversion of weights: {}", choice.reason);
        return choice;
    }
}
