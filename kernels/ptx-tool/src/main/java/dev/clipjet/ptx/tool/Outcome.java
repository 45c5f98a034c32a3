package dev.clipjet.ptx.tool;

import dev.clipjet.ptx.exec.LaunchResult;
import java.util.BitSet;
import java.util.List;

/**
 * What a run gave.
 *
 * @param result counts and findings
 * @param addresses where the buffers lay
 * @param outputs the buffers shown afterwards; none if the launch did not come to its end
 */
record Outcome(LaunchResult result, AddressNames addresses, List<Output> outputs) {
    /**
     * A buffer after the launch.
     *
     * @param buffer the argument
     * @param bytes what it holds
     * @param written which bytes somebody wrote
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Output(Argument.Buffer buffer, byte[] bytes, BitSet written) {}
}
