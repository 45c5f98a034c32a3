package dev.clipjet.gpu;

import dev.clipjet.device.GpuStream;
import dev.clipjet.graph.Op;
import java.util.List;

/**
 * A graph as launches on one device, all addresses fixed: recorded under capture, or run one by one.
 *
 * @param inputAddress where the input block is expected on the device
 * @param steps in order
 */
record LaunchPlan(long inputAddress, List<Step> steps) {
    LaunchPlan {
        steps = List.copyOf(steps);
    }

    /** Enqueues a launch. */
    @FunctionalInterface
    interface Launch {
        void record(GpuStream stream);
    }

    /**
     * One launch.
     *
     * @param op the operation whose output is there when the launch is done; an operation fused with the one before it stands for
     *     both
     * @param launch the launch
     */
    record Step(Op op, Launch launch) {}

    void record(GpuStream stream) {
        for (Step step : steps) {
            step.launch().record(stream);
        }
    }
}
