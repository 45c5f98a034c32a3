package dev.clipjet.kernels.cuda;

import dev.clipjet.device.GpuGraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.JCudaDriver;

/** An instantiated graph. */
final class CudaGraph implements GpuGraph, LiveResources.Resource {
    private final CudaDriverDevice device;
    private final CUgraphExec graph;
    private final int nodes;

    CudaGraph(CudaDriverDevice device, CUgraphExec graph, int nodes) {
        this.device = device;
        this.graph = graph;
        this.nodes = nodes;
    }

    CUgraphExec handle() {
        return graph;
    }

    @Override
    public int nodes() {
        return nodes;
    }

    @Override
    public String description() {
        return "a graph of " + nodes + " nodes";
    }

    @Override
    public void close() {
        if (device.leave(this)) {
            device.status().check(JCudaDriver.cuGraphExecDestroy(graph), "cuGraphExecDestroy");
        }
    }
}
