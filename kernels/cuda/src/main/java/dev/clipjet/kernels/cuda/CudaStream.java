package dev.clipjet.kernels.cuda;

import dev.clipjet.device.GpuEvent;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuGraph;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import java.nio.ByteBuffer;
import jcuda.Pointer;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;

/** A queue of work. Replaying a graph and polling an event allocate nothing. */
final class CudaStream implements GpuStream, LiveResources.Resource {
    private final CudaDriverDevice device;
    private final NativeHandles.StreamHandle stream;

    CudaStream(CudaDriverDevice device, NativeHandles.StreamHandle stream) {
        this.device = device;
        this.stream = stream;
    }

    /** The driver's handle, for libraries that enqueue work of their own. */
    NativeHandles.StreamHandle handle() {
        return stream;
    }

    @Override
    public void copyToDevice(long target, ByteBuffer source) {
        device.enter("cuMemcpyHtoDAsync");
        int bytes = source.remaining();
        check(
                JCudaDriver.cuMemcpyHtoDAsync(DeviceAddress.of(target), direct(source), bytes, stream),
                "cuMemcpyHtoDAsync",
                bytes + " bytes to 0x" + Long.toHexString(target));
    }

    @Override
    public void copyToHost(ByteBuffer target, long source) {
        device.enter("cuMemcpyDtoHAsync");
        int bytes = target.remaining();
        check(
                JCudaDriver.cuMemcpyDtoHAsync(direct(target), DeviceAddress.of(source), bytes, stream),
                "cuMemcpyDtoHAsync",
                bytes + " bytes from 0x" + Long.toHexString(source));
    }

    private static Pointer direct(ByteBuffer buffer) {
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException("copies need a direct buffer");
        }
        return Pointer.to(buffer.slice());
    }

    @Override
    public void copyOnDevice(long target, long source, long bytes) {
        device.enter("cuMemcpyDtoDAsync");
        check(
                JCudaDriver.cuMemcpyDtoDAsync(DeviceAddress.of(target), DeviceAddress.of(source), bytes, stream),
                "cuMemcpyDtoDAsync",
                bytes + " bytes");
    }

    @Override
    public void fill(long target, byte value, long bytes) {
        device.enter("cuMemsetD8Async");
        check(
                JCudaDriver.cuMemsetD8Async(DeviceAddress.of(target), value, bytes, stream),
                "cuMemsetD8Async",
                bytes + " bytes");
    }

    @Override
    public void launch(GpuFunction function, LaunchShape shape, KernelArguments arguments) {
        device.enter("cuLaunchKernel");
        ((CudaFunction) function).launch(shape, arguments, stream);
    }

    @Override
    public void record(GpuEvent event) {
        device.enter("cuEventRecord");
        check(JCudaDriver.cuEventRecord(((CudaEvent) event).handle(), stream), "cuEventRecord", "");
    }

    @Override
    public void waitFor(GpuEvent event) {
        device.enter("cuStreamWaitEvent");
        check(JCudaDriver.cuStreamWaitEvent(stream, ((CudaEvent) event).handle(), 0), "cuStreamWaitEvent", "");
    }

    @Override
    public void beginCapture() {
        device.enter("cuStreamBeginCapture");
        check(
                JCudaDriver.cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
                "cuStreamBeginCapture",
                "");
    }

    @Override
    public GpuGraph endCapture() {
        device.enter("cuStreamEndCapture");
        CUgraph recorded = new CUgraph();
        check(JCudaDriver.cuStreamEndCapture(stream, recorded), "cuStreamEndCapture", "");
        try {
            long[] nodes = new long[1];
            check(JCudaDriver.cuGraphGetNodes(recorded, null, nodes), "cuGraphGetNodes", "");
            CUgraphExec executable = new CUgraphExec();
            check(JCudaDriver.cuGraphInstantiate(executable, recorded, 0), "cuGraphInstantiate", nodes[0] + " nodes");
            return device.live().add(new CudaGraph(device, executable, Math.toIntExact(nodes[0])));
        } finally {
            JCudaDriver.cuGraphDestroy(recorded);
        }
    }

    @Override
    public void launch(GpuGraph graph) {
        device.enter("cuGraphLaunch");
        check(JCudaDriver.cuGraphLaunch(((CudaGraph) graph).handle(), stream), "cuGraphLaunch", "");
    }

    @Override
    public void synchronize() {
        device.enter("cuStreamSynchronize");
        check(JCudaDriver.cuStreamSynchronize(stream), "cuStreamSynchronize", "");
    }

    private void check(int result, String call, String detail) {
        device.status().check(result, call, detail);
    }

    @Override
    public String description() {
        return "a stream";
    }

    @Override
    public void close() {
        if (device.leave(this)) {
            check(JCudaDriver.cuStreamDestroy(stream), "cuStreamDestroy", "");
        }
    }
}
