package dev.clipjet.ptx.decode;

import dev.clipjet.ptx.syntax.PtxModule;
import dev.clipjet.ptx.syntax.PtxSyntaxException;

/** What {@code .target} says. */
public final class TargetName {
    private TargetName() {}

    /** The compute capability: 90 for {@code sm_90a}. */
    public static int capability(PtxModule module) {
        String name = module.targets().get(0);
        String digits = name.startsWith("sm_") ? name.substring(3).replaceAll("[af]$", "") : "";
        if (!digits.matches("\\d{2,3}")) {
            throw new PtxSyntaxException(module.file(), 1, "unknown target", name);
        }
        return Integer.parseInt(digits);
    }

    /** Whether the module is for one architecture only: {@code sm_90a}. */
    public static boolean architectureSpecific(PtxModule module) {
        return module.targets().get(0).endsWith("a");
    }
}
