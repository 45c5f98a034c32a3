package dev.clipjet.gpu;

import dev.clipjet.device.GpuStream;
import dev.clipjet.graph.MemoryPlan;
import dev.clipjet.graph.Op;
import java.util.List;

/**
 * What a lowering makes of a graph: the work, before it has memory. Weights are uploaded and memory is laid out as a plan wants it, and
 * then it is bound to addresses.
 */
interface Plan {
    /** Enqueues one piece of the work. */
    @FunctionalInterface
    interface Launch {
        void record(GpuStream stream);
    }

    /** The weights that it reads. */
    List<DeviceWeight> weights();

    /** Bytes of workspace, all zero before the first run and 16-byte aligned; 0 for none. */
    long workspaceBytes();

    /** What each launch does to the graph's values. */
    List<MemoryPlan.Access> accesses();

    /**
     * The operations whose output can be observed, in order, one for each launch: the output is there when that launch is done. An
     * operation that is fused into a later one is not among them.
     */
    List<Op> observable();

    /** The launches, all addresses fixed: recorded under capture, or run one by one. */
    List<Launch> bind(Binding binding);
}
