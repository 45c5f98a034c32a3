package dev.clipjet.ptx.assembler;

import java.util.List;
import java.util.regex.Pattern;

/**
 * How to assemble.
 *
 * @param target architecture: {@code sm_80}, {@code sm_90a}, one of {@link #TARGETS}
 * @param maxRegisters most registers of a thread, 0 for the architecture's limit
 * @param optimization 0 to 3
 */
public record AssemblerOptions(String target, int maxRegisters, int optimization) {
    /** The architectures that this version of the assembler knows. */
    public static final List<String> TARGETS = List.of(
            "sm_50", "sm_52", "sm_53", "sm_60", "sm_61", "sm_62", "sm_70", "sm_72", "sm_75", "sm_80", "sm_86", "sm_87",
            "sm_89", "sm_90", "sm_90a");

    private static final Pattern DEBUG = Pattern.compile("(?m)^\\s*\\.target\\s[^/\\n]*\\bdebug\\b");
    private static final int MAX_REGISTERS = 255;
    private static final int MAX_OPTIMIZATION = 3;

    /** Full optimization, as many registers as the architecture has. */
    public static AssemblerOptions of(String target) {
        return new AssemblerOptions(target, 0, MAX_OPTIMIZATION);
    }

    /** As {@link #of}, but without optimization for a text with {@code .target ..., debug}, for which the assembler has none. */
    public static AssemblerOptions suited(String target, String ptx) {
        return new AssemblerOptions(target, 0, DEBUG.matcher(ptx).find() ? 0 : MAX_OPTIMIZATION);
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException for a target that the assembler does not know, or a number out of range
     */
    public AssemblerOptions {
        if (!TARGETS.contains(target)) {
            throw new IllegalArgumentException(
                    "the assembler has no target " + target + "; targets are " + String.join(", ", TARGETS));
        }
        if (maxRegisters < 0 || maxRegisters > MAX_REGISTERS) {
            throw new IllegalArgumentException(
                    maxRegisters + " registers of a thread; they are 0 (no limit) to " + MAX_REGISTERS);
        }
        if (optimization < 0 || optimization > MAX_OPTIMIZATION) {
            throw new IllegalArgumentException("optimization " + optimization + "; it is 0 to " + MAX_OPTIMIZATION);
        }
    }
}
