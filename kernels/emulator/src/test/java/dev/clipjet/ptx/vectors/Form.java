package dev.clipjet.ptx.vectors;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An instruction's full name taken apart, and the registers it takes.
 *
 * @param opcode first part
 * @param modifiers parts that are no types
 * @param types parts that are types
 */
record Form(String name, String opcode, List<String> modifiers, List<String> types) {
    private static final Set<String> TYPES = Set.of(
            "pred", "b8", "b16", "b32", "b64", "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "f16", "bf16",
            "f16x2", "bf16x2", "f32", "f64", "tf32");

    static Form of(String name) {
        String[] parts = name.split("\\.");
        List<String> modifiers = new ArrayList<>();
        List<String> types = new ArrayList<>();
        for (int i = 1; i < parts.length; i++) {
            (TYPES.contains(parts[i]) ? types : modifiers).add(parts[i]);
        }
        return new Form(name, parts[0], modifiers, types);
    }

    boolean has(String modifier) {
        return modifiers.contains(modifier);
    }

    String type() {
        return types.get(0);
    }

    static int width(String type) {
        return switch (type) {
            case "pred" -> 1;
            case "b8", "u8", "s8" -> 8;
            case "b16", "u16", "s16", "f16", "bf16" -> 16;
            case "b64", "u64", "s64", "f64" -> 64;
            default -> 32;
        };
    }

    /** Types of the target and then of the sources. */
    List<String> signature() {
        String t = types.isEmpty() ? "b32" : type();
        String wide = width(t) == 16 ? "u32" : "u64";
        return switch (opcode) {
            case "add", "sub", "addc", "subc", "div", "rem", "min", "max", "and", "or", "xor", "copysign" ->
                List.of(t, t, t);
            case "vadd", "vsub" ->
                has("add") ? List.of(t, types.get(1), types.get(2), t) : List.of(t, types.get(1), types.get(2));
            case "mul", "mul24" -> has("wide") ? List.of(wide, t, t) : List.of(t, t, t);
            case "mad", "madc" -> has("wide") ? List.of(wide, t, t, wide) : List.of(t, t, t, t);
            case "fma", "sad", "mad24" -> List.of(t, t, t, t);
            case "abs",
                    "neg",
                    "not",
                    "cnot",
                    "rcp",
                    "sqrt",
                    "rsqrt",
                    "sin",
                    "cos",
                    "lg2",
                    "ex2",
                    "tanh",
                    "brev",
                    "mov" -> List.of(t, t);
            case "popc", "clz", "bfind" -> List.of("u32", t);
            case "shl", "shr" -> List.of(t, t, "u32");
            case "shf" -> List.of("b32", "b32", "b32", "u32");
            case "bfe" -> List.of(t, t, "u32", "u32");
            case "bfi" -> List.of(t, t, t, "u32", "u32");
            case "prmt" -> List.of("b32", "b32", "b32", "u32");
            case "lop3" -> List.of("b32", "b32", "b32", "b32", "lut");
            case "fns" -> List.of("b32", "b32", "u32", "s32");
            case "szext", "bmsk" -> List.of(t, t, "u32");
            case "dp4a", "dp2a" -> List.of("b32", types.get(0), types.size() > 1 ? types.get(1) : t, "u32");
            case "cvt" ->
                types.get(0).endsWith("x2")
                        ? List.of(types.get(0), types.get(1), types.get(1))
                        : List.of(types.get(0), types.size() > 1 ? types.get(1) : t);
            case "setp" ->
                has("and") || has("or") || has("xor") ? List.of("pred", t, t, "pred") : List.of("pred", t, t);
            case "set" ->
                has("and") || has("or") || has("xor")
                        ? List.of(t, types.get(1), types.get(1), "pred")
                        : List.of(t, types.get(1), types.get(1));
            case "selp" -> List.of(t, t, t, "pred");
            case "slct" -> List.of(t, t, t, types.size() > 1 ? types.get(1) : "s32");
            case "testp" -> List.of("pred", t);
            default -> null;
        };
    }
}
