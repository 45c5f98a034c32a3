package dev.clipjet.ptx.decode;

import dev.clipjet.ptx.syntax.Function;
import java.util.Map;

/**
 * A call of a function that a module only declares, because every GPU's driver has it.
 *
 * @param name the function
 * @param arguments where each argument lies in local memory
 * @param result where the result goes, or -1 if there is none
 */
public record SystemCall(String name, int[] arguments, int result) {
    /** Sizes of the arguments in bytes. */
    private static final Map<String, int[]> ARGUMENTS =
            Map.of("vprintf", new int[] {8, 8}, "__assertfail", new int[] {8, 8, 4, 8, 8});

    /** Whether a function is one of those. */
    static boolean exists(Function function) {
        return function.body() == null && !function.entry() && ARGUMENTS.containsKey(function.name());
    }

    static SystemCall of(Function function, Symbol[] arguments, Symbol[] results, InstructionReader in) {
        int[] sizes = ARGUMENTS.get(function.name());
        int[] places = new int[arguments.length];
        boolean fits = arguments.length == sizes.length && results.length <= 1;
        for (int i = 0; i < arguments.length && fits; i++) {
            fits = arguments[i].bytes() == sizes[i];
            places[i] = (int) arguments[i].address();
        }
        if (!fits || results.length == 1 && results[0].bytes() != 4) {
            throw in.error("this is not how " + function.name() + " is called");
        }
        return new SystemCall(function.name(), places, results.length == 0 ? -1 : (int) results[0].address());
    }
}
