package dev.clipjet.ptx.exec;

import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.profile.InstructionClass;
import dev.clipjet.ptx.profile.LaunchProfile;
import dev.clipjet.ptx.profile.MemoryCounters;
import dev.clipjet.ptx.report.Finding;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a launch did.
 *
 * @param kernel the entry
 * @param findings errors, in the order of the program
 * @param completed whether the grid ran to its end
 * @param warpInstructions warp instructions executed with at least one lane
 * @param executions for each instruction, how often a warp executed it
 * @param activeLanes for each instruction, the sum of lanes over these
 * @param memory counts of memory accesses by instruction, all zero without counters
 * @param touchedSectors distinct sectors of 32 bytes that the launch touched
 * @param shape grid, block, shared memory
 * @param sharedBytes shared memory of a block, static and dynamic
 * @param code the kernel's code
 * @param printed what its threads printed: within a block in the order in which they ran, block after block
 */
public record LaunchResult(
        String kernel,
        List<Finding> findings,
        boolean completed,
        long warpInstructions,
        long[] executions,
        long[] activeLanes,
        MemoryCounters memory,
        long touchedSectors,
        LaunchShape shape,
        int sharedBytes,
        KernelCode code,
        String printed) {
    /** What a profile needs. */
    public LaunchProfile.Counts counts() {
        Map<InstructionClass, Long> mix = new EnumMap<>(InstructionClass.class);
        long macs = 0;
        long groupMacs = 0;
        for (int pc = 0; pc < executions.length; pc++) {
            Step step = code.steps()[pc];
            mix.merge(InstructionClass.of(step.text()), executions[pc], Long::sum);
            long each = step.tensorMacs() * executions[pc];
            if (step.text().contains("wgmma")) {
                groupMacs += each;
            } else {
                macs += each;
            }
        }
        return new LaunchProfile.Counts(
                kernel,
                shape.grid().count(),
                (int) shape.block().count(),
                sharedBytes,
                mix,
                MemoryCounters.sum(memory.sectors),
                32 * touchedSectors,
                MemoryCounters.sum(memory.wavefronts),
                macs,
                groupMacs);
    }

    static LaunchResult of(Launch launch, List<Progress> progress, KernelFault fault) {
        int n = launch.code().steps().length;
        long[] executions = new long[n];
        long[] activeLanes = new long[n];
        long total = 0;
        MemoryCounters memory = new MemoryCounters(n, false);
        for (Progress part : progress) {
            memory.add(part.memory());
            total += part.total();
            for (int i = 0; i < n; i++) {
                executions[i] += part.executions()[i];
                activeLanes[i] += part.activeLanes()[i];
            }
        }
        return new LaunchResult(
                launch.code().name(),
                launch.findings().all(),
                fault == null,
                total,
                executions,
                activeLanes,
                memory,
                launch.memory().touchedSectors(),
                launch.shape(),
                launch.sharedBytes(),
                launch.code(),
                launch.printed().text());
    }
}
