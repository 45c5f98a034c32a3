package dev.clipjet.cli;

import dev.clipjet.numeric.ElementType;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** Types of weights by the names that {@code --dtype} takes. */
final class WeightType implements CommandLine.ITypeConverter<ElementType> {
    @Override
    public ElementType convert(String name) {
        return ElementType.ofLabel(name)
                .orElseThrow(() -> new TypeConversionException("unknown --dtype \"" + name + "\", known are "
                        + ElementType.computing().stream()
                                .map(ElementType::label)
                                .collect(Collectors.joining(", "))));
    }

    /** The name of a type, in capitals where the option does not know it. */
    static String name(ElementType type) {
        return type.isComputing() ? type.label() : type.name();
    }
}
