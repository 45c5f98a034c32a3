package dev.clipjet.ptx.syntax;

import java.util.HashMap;
import java.util.Map;

/**
 * The types that variables and registers can have.
 *
 * @param bytes size and natural alignment; 1 for predicates, 8 for references to textures
 * @param kind what an initializer may be
 */
record ElementType(int bytes, Kind kind) {
    enum Kind {
        /** Any number. */
        BITS,
        /** Integers and addresses. */
        UNSIGNED,
        /** Integers. */
        SIGNED,
        /** Fractions. */
        FLOAT,
        /** Takes no initializer. */
        OTHER
    }

    private static final Map<String, ElementType> BY_NAME = new HashMap<>();

    static {
        for (int bytes = 1; bytes <= 8; bytes *= 2) {
            BY_NAME.put("b" + 8 * bytes, new ElementType(bytes, Kind.BITS));
            BY_NAME.put("u" + 8 * bytes, new ElementType(bytes, Kind.UNSIGNED));
            BY_NAME.put("s" + 8 * bytes, new ElementType(bytes, Kind.SIGNED));
        }
        BY_NAME.put("f32", new ElementType(4, Kind.FLOAT));
        BY_NAME.put("f64", new ElementType(8, Kind.FLOAT));
        BY_NAME.put("b128", new ElementType(16, Kind.OTHER));
        BY_NAME.put("f16", new ElementType(2, Kind.OTHER));
        BY_NAME.put("f16x2", new ElementType(4, Kind.OTHER));
        BY_NAME.put("pred", new ElementType(1, Kind.OTHER));
        BY_NAME.put("texref", new ElementType(8, Kind.OTHER));
        BY_NAME.put("samplerref", new ElementType(8, Kind.OTHER));
        BY_NAME.put("surfref", new ElementType(8, Kind.OTHER));
    }

    /** The type of a name without the dot, or null. */
    static ElementType of(String name) {
        return BY_NAME.get(name);
    }
}
