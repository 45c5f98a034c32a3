package dev.clipjet.ptx.assembler;

/**
 * How to assemble.
 *
 * @param target architecture: {@code sm_80}, {@code sm_90a}
 * @param maxRegisters most registers of a thread, 0 for the architecture's limit
 * @param optimisation 0 to 3
 */
public record AssemblerOptions(String target, int maxRegisters, int optimisation) {
    /** Full optimisation, as many registers as the architecture has. */
    public static AssemblerOptions of(String target) {
        return new AssemblerOptions(target, 0, 3);
    }

    /** Checks the values. */
    public AssemblerOptions {
        if (!target.matches("sm_\\d{2,3}a?")) {
            throw new IllegalArgumentException("the target " + target + " is no architecture such as sm_80 or sm_90a");
        }
        if (maxRegisters < 0 || maxRegisters > 255 || optimisation < 0 || optimisation > 3) {
            throw new IllegalArgumentException(
                    maxRegisters + " registers or optimisation " + optimisation + " is out of range");
        }
    }
}
