package dev.clipjet.ptx.decode;

import dev.clipjet.ptx.syntax.Variable;
import java.util.List;
import java.util.stream.IntStream;

/** Registers declared {@code .v2} or {@code .v4}: each component, {@code %r.x}, is a register of its own. */
final class VectorRegister {
    private static final String COMPONENTS = "xyzw";

    private VectorRegister() {}

    /** Index of a component by its name, -1 for other names. */
    static int component(String name) {
        return name.length() == 1 ? COMPONENTS.indexOf(name.charAt(0)) : -1;
    }

    /** A declaration if it is of a vector with such a component, else null. */
    static Variable of(Variable declared, int component) {
        return declared != null && declared.vector() > 1 && component < declared.vector() ? declared : null;
    }

    /** The names of all components of a vector register; null for other registers. */
    static List<String> components(Variable declared, String name) {
        return declared.vector() == 1
                ? null
                : IntStream.range(0, declared.vector())
                        .mapToObj(i -> name + "." + COMPONENTS.charAt(i))
                        .toList();
    }
}
