package dev.clipjet.kernels.cuda;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import java.nio.ByteBuffer;
import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/** An entry of a module. */
final class CudaFunction implements GpuFunction {
    private final CudaDriverDevice device;
    private final String name;
    private final CUfunction function;

    CudaFunction(CudaDriverDevice device, String name, CUfunction function) {
        this.device = device;
        this.name = name;
        this.function = function;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int registers() {
        return attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS);
    }

    @Override
    public int staticSharedBytes() {
        return attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES);
    }

    @Override
    public int localBytes() {
        return attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES);
    }

    @Override
    public void allowDynamicShared(int bytes) {
        device.enter("cuFuncSetAttribute");
        device.status()
                .check(
                        JCudaDriver.cuFuncSetAttribute(
                                function, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes),
                        "cuFuncSetAttribute",
                        bytes + " bytes of dynamic shared memory for " + name);
    }

    @Override
    public int residentBlocks(int threadsPerBlock, int dynamicSharedBytes) {
        device.enter("cuOccupancyMaxActiveBlocksPerMultiprocessor");
        int[] blocks = new int[1];
        device.status()
                .check(
                        JCudaDriver.cuOccupancyMaxActiveBlocksPerMultiprocessor(
                                blocks, function, threadsPerBlock, dynamicSharedBytes),
                        "cuOccupancyMaxActiveBlocksPerMultiprocessor",
                        name);
        return blocks[0];
    }

    void launch(LaunchShape shape, KernelArguments arguments, CUstream stream) {
        checkProgrammatic(shape);
        checkCluster(shape.cluster());
        Dim3 grid = shape.grid();
        Dim3 block = shape.block();
        Pointer parameters = parameters(arguments);
        int shared = shape.dynamicSharedBytes();
        int result = shape.cooperative()
                ? JCudaDriver.cuLaunchCooperativeKernel(
                        function,
                        grid.x(),
                        grid.y(),
                        grid.z(),
                        block.x(),
                        block.y(),
                        block.z(),
                        shared,
                        stream,
                        parameters)
                : JCudaDriver.cuLaunchKernel(
                        function,
                        grid.x(),
                        grid.y(),
                        grid.z(),
                        block.x(),
                        block.y(),
                        block.z(),
                        shared,
                        stream,
                        parameters,
                        null);
        device.status()
                .check(
                        result,
                        shape.cooperative() ? "cuLaunchCooperativeKernel" : "cuLaunchKernel",
                        name + ", grid " + grid + ", block " + block + ", " + shared + " bytes of shared memory");
    }

    /** Pointers to the arguments, which lie in native memory; the driver copies them before the launch returns. */
    private static Pointer parameters(KernelArguments arguments) {
        ByteBuffer bytes = arguments.buffer();
        NativePointerObject[] pointers = new NativePointerObject[arguments.count()];
        for (int i = 0; i < pointers.length; i++) {
            pointers[i] = Pointer.to(bytes.slice(arguments.offset(i), arguments.size(i)));
        }
        return Pointer.to(pointers);
    }

    /** A launch attribute needs cuLaunchKernelEx, which the binding does not have. */
    private void checkProgrammatic(LaunchShape shape) {
        if (shape.programmatic()) {
            throw new DeviceException(
                    "cuLaunchKernel",
                    CUresult.CUDA_ERROR_NOT_SUPPORTED,
                    "CUDA_ERROR_NOT_SUPPORTED",
                    name
                            + " as a programmatic launch: that takes cuLaunchKernelEx, which the Java binding of the driver"
                            + " does not have");
        }
    }

    /** The binding has no launch with a cluster size; a size compiled into the kernel is all there is. */
    private void checkCluster(Dim3 cluster) {
        if (cluster.equals(Dim3.ONE)) {
            return;
        }
        Dim3 compiled = new Dim3(
                Math.max(1, attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_WIDTH)),
                Math.max(1, attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_HEIGHT)),
                Math.max(1, attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_DEPTH)));
        if (!compiled.equals(cluster)) {
            throw new DeviceException(
                    "cuLaunchKernel",
                    CUresult.CUDA_ERROR_NOT_SUPPORTED,
                    "CUDA_ERROR_NOT_SUPPORTED",
                    name + " in clusters of " + cluster + ": clusters are as compiled into the kernel, here "
                            + compiled);
        }
    }

    private int attribute(int attribute) {
        device.enter("cuFuncGetAttribute");
        int[] value = new int[1];
        device.status().check(JCudaDriver.cuFuncGetAttribute(value, attribute, function), "cuFuncGetAttribute", name);
        return value[0];
    }
}
