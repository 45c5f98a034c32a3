package dev.clipjet.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** Names on the command line to constants, with the known names in the error. */
final class Labels {
    private Labels() {}

    /** {@code PILLOW_13} as {@code pillow-13}. */
    static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static <E extends Enum<E>> E parse(Class<E> type, String what, String label) {
        return parse(List.of(type.getEnumConstants()), what, label);
    }

    /** One of some constants, where an option does not take all of them. */
    static <E extends Enum<E>> E parse(List<E> possible, String what, String label) {
        StringBuilder known = new StringBuilder();
        for (E constant : possible) {
            if (label(constant).equalsIgnoreCase(label)) {
                return constant;
            }
            known.append(known.isEmpty() ? "" : ", ").append(label(constant));
        }
        throw new TypeConversionException("unknown " + what + " \"" + label + "\", known are " + known);
    }

    /** A converter for an option whose names a method of the library knows. */
    abstract static class ByLabel<T> implements CommandLine.ITypeConverter<T> {
        abstract T of(String label);

        @Override
        public T convert(String label) {
            try {
                return of(label);
            } catch (dev.clipjet.error.InvalidInputException e) {
                throw new TypeConversionException(
                        Optional.ofNullable(e.getMessage()).orElse(label));
            }
        }
    }
}
