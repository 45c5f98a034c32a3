package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.report.Finding;
import java.util.List;

/**
 * What a launch did.
 *
 * @param kernel the entry
 * @param findings errors, in the order of the program
 * @param completed whether the grid ran to its end
 * @param warpInstructions warp instructions executed with at least one lane
 * @param executions for each instruction, how often a warp executed it
 * @param activeLanes for each instruction, the sum of lanes over these
 * @param code the kernel's code
 */
public record LaunchResult(
        String kernel,
        List<Finding> findings,
        boolean completed,
        long warpInstructions,
        long[] executions,
        long[] activeLanes,
        KernelCode code) {
    static LaunchResult of(Launch launch, List<Progress> progress, KernelFault fault) {
        int n = launch.code().steps().length;
        long[] executions = new long[n];
        long[] activeLanes = new long[n];
        long total = 0;
        for (Progress part : progress) {
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
                launch.code());
    }
}
