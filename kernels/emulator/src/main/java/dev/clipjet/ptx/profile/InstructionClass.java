package dev.clipjet.ptx.profile;

/** What part of an SM an instruction keeps busy. */
public enum InstructionClass {
    /** Single-precision and packed half arithmetic. */
    FLOAT,
    /** Double precision. */
    DOUBLE,
    /** Integers, logic, comparisons, selections, moves. */
    INTEGER,
    /** Conversions. */
    CONVERSION,
    /** Functions of the special function unit. */
    SPECIAL,
    /** Loads, stores, atomics and copies. */
    MEMORY,
    /** Exchange between lanes. */
    EXCHANGE,
    /** Matrix products. */
    TENSOR,
    /** Branches, barriers, fences and the rest. */
    CONTROL;

    /** The class of an instruction by its name. */
    public static InstructionClass of(String instruction) {
        String name = instruction.startsWith("@") ? instruction.substring(instruction.indexOf(' ') + 1) : instruction;
        int end = name.indexOf(' ');
        name = end < 0 ? name : name.substring(0, end);
        String opcode = name.split("\\.", 2)[0].replace(";", "");
        return switch (opcode) {
            case "ld", "ldu", "st", "atom", "red", "cp", "ldmatrix", "stmatrix", "prefetch", "prefetchu" -> MEMORY;
            case "shfl", "vote", "match", "redux", "elect", "movmatrix" -> EXCHANGE;
            case "mma", "wgmma" -> TENSOR;
            case "wmma" -> name.startsWith("wmma.mma") ? TENSOR : MEMORY;
            case "ex2", "lg2", "rcp", "rsqrt", "sqrt", "sin", "cos", "tanh" -> SPECIAL;
            case "cvt" -> CONVERSION;
            case "bra",
                    "brx",
                    "call",
                    "ret",
                    "exit",
                    "bar",
                    "barrier",
                    "fence",
                    "membar",
                    "mbarrier",
                    "trap",
                    "brkpt",
                    "setmaxnreg",
                    "griddepcontrol",
                    "nanosleep",
                    "end" -> CONTROL;
            default ->
                name.contains(".f64")
                        ? DOUBLE
                        : name.contains(".f32") || name.contains(".f16") || name.contains(".bf16")
                                ? (opcode.equals("mov") || opcode.equals("selp") || opcode.equals("setp")
                                        ? INTEGER
                                        : FLOAT)
                                : INTEGER;
        };
    }
}
