package dev.clipjet.ptx.exec;

import java.util.List;
import java.util.Map;

/**
 * An entry, ready to run. Functions that it calls are part of its code.
 *
 * @param name the entry
 * @param file the PTX text
 * @param steps its instructions
 * @param sources {@code file:line} of the source for each instruction, or empty
 * @param functionStarts program counters at which functions begin, with the registers each must find undefined
 * @param intPlanes number of planes of up to 32 bits: registers, literals, special registers
 * @param longPlanes number of planes of 64 bits
 * @param predicatePlanes number of predicates
 * @param undefinedMarks length of {@link Warp#undefined}; index 0 is never undefined
 * @param intLiterals values by their planes
 * @param longLiterals values by their planes
 * @param intSpecials special registers by their planes
 * @param longSpecials special registers by their planes, for 64-bit uses
 * @param parameters sizes in bytes and offsets of the entry's parameters
 * @param parameterBytes size of the entry's parameter space
 * @param staticSharedBytes static shared memory
 * @param dynamicSharedAlignment alignment of dynamic shared memory, behind the static part
 * @param localBytes local memory of a thread: variables and the parameter space of calls
 * @param sharedGranule smallest access to shared memory in bytes
 * @param globalGranule smallest access to global memory in bytes
 * @param communicates whether blocks may wait for each other: there are acquiring or volatile loads, or atomics
 * @param launchesDependents whether there is a {@code griddepcontrol.launch_dependents}
 * @param controlsDependents whether there is a {@code griddepcontrol}
 * @param requiredBlock {@code .reqntid}, or null
 * @param maxThreads {@code .maxntid} product, or 1024
 * @param maxRegisters {@code .maxnreg}, or 0
 */
public record KernelCode(
        String name,
        String file,
        Step[] steps,
        String[] sources,
        List<FunctionStart> functionStarts,
        int intPlanes,
        int longPlanes,
        int predicatePlanes,
        int undefinedMarks,
        Map<Integer, Integer> intLiterals,
        Map<Integer, Long> longLiterals,
        Map<Integer, SpecialRegister> intSpecials,
        Map<Integer, SpecialRegister> longSpecials,
        List<Parameter> parameters,
        int parameterBytes,
        int staticSharedBytes,
        int dynamicSharedAlignment,
        int localBytes,
        int sharedGranule,
        int globalGranule,
        boolean communicates,
        boolean launchesDependents,
        boolean controlsDependents,
        int[] requiredBlock,
        int maxThreads,
        int maxRegisters) {
    /** A parameter of the entry. */
    public record Parameter(String name, int offset, int bytes) {}

    /** Where a function begins and which marks its own registers have. */
    public record FunctionStart(int pc, String name, int[] registers) {}

    /** Whether it asks where the workspace of its cooperative grid is. */
    public boolean usesWorkspace() {
        return intSpecials.containsValue(SpecialRegister.ENVREG2)
                || longSpecials.containsValue(SpecialRegister.ENVREG2);
    }

    /** Offset of dynamic shared memory. */
    public int dynamicSharedOffset() {
        return (staticSharedBytes + dynamicSharedAlignment - 1) & -dynamicSharedAlignment;
    }
}
