package dev.clipjet.ptx.syntax;

import java.util.HashMap;
import java.util.Map;

/**
 * The types that variables and registers can have.
 *
 * @param bytes size and natural alignment; 1 for predicates, 8 for references to textures
 * @param kind what an initializer may be
 */
record DeclaredType(int bytes, Kind kind) {
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

    private static final Map<String, DeclaredType> BY_NAME = new HashMap<>();

    static {
        for (int bytes = 1; bytes <= 8; bytes *= 2) {
            BY_NAME.put("b" + 8 * bytes, new DeclaredType(bytes, Kind.BITS));
            BY_NAME.put("u" + 8 * bytes, new DeclaredType(bytes, Kind.UNSIGNED));
            BY_NAME.put("s" + 8 * bytes, new DeclaredType(bytes, Kind.SIGNED));
        }
        BY_NAME.put("f32", new DeclaredType(4, Kind.FLOAT));
        BY_NAME.put("f64", new DeclaredType(8, Kind.FLOAT));
        BY_NAME.put("b128", new DeclaredType(16, Kind.OTHER));
        BY_NAME.put("f16", new DeclaredType(2, Kind.OTHER));
        BY_NAME.put("f16x2", new DeclaredType(4, Kind.OTHER));
        BY_NAME.put("pred", new DeclaredType(1, Kind.OTHER));
        BY_NAME.put("texref", new DeclaredType(8, Kind.OTHER));
        BY_NAME.put("samplerref", new DeclaredType(8, Kind.OTHER));
        BY_NAME.put("surfref", new DeclaredType(8, Kind.OTHER));
    }

    /** The type of a name without the dot, or null. */
    static DeclaredType of(String name) {
        return BY_NAME.get(name);
    }
}
