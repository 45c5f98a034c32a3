package dev.clipjet.cli;

import dev.clipjet.memory.DType;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** Types of weights by the names that {@code --dtype} takes. */
final class WeightType implements CommandLine.ITypeConverter<DType> {
    private static final Map<String, DType> BY_NAME =
            new TreeMap<>(Map.of("fp32", DType.F32, "fp16", DType.F16, "bf16", DType.BF16));

    @Override
    public DType convert(String name) {
        DType type = BY_NAME.get(name);
        if (type == null) {
            throw new TypeConversionException("unknown --dtype \"" + name + "\", known are fp32, fp16, bf16");
        }
        return type;
    }

    /** The name of a type, in capitals where the option does not know it. */
    static String name(DType type) {
        return BY_NAME.entrySet().stream()
                .filter(entry -> entry.getValue() == type)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(type.name());
    }
}
