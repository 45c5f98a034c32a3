package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.ElementType;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kernel for a product and the parts of K that different blocks sum.
 *
 * @param variant the kernel
 * @param splits at least 1
 */
record GemmChoice<V extends GemmVariant>(V variant, int splits) {
    /**
     * The choice that a system property names: {@code sm_80/64x64} or, with a number of splits, {@code sm_80/64x64/4}.
     *
     * @param property its name, for the error
     * @param value its value
     * @param variants those that the device runs
     * @param kTiles tiles along K, the most splits there can be
     * @throws IllegalArgumentException if there is no such variant
     */
    static <V extends GemmVariant> GemmChoice<V> named(
            String property, String value, List<V> variants, ElementType type, int kTiles) {
        for (V variant : variants) {
            Matcher matcher = Pattern.compile(Pattern.quote(variant.name()) + "(?:/(\\d{1,4}))?")
                    .matcher(value);
            if (matcher.matches()) {
                int splits = matcher.group(1) == null ? 1 : Integer.parseInt(matcher.group(1));
                return new GemmChoice<>(variant, Math.min(splits, kTiles));
            }
        }
        throw new IllegalArgumentException(
                "the system property " + property + " is " + value + "; for " + type.kernelCode() + " this device has "
                        + variants.stream().map(GemmVariant::name).toList());
    }
}
