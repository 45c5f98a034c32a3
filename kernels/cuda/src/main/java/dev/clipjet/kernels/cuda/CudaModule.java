package dev.clipjet.kernels.cuda;

import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuModule;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/** A loaded module. */
final class CudaModule implements GpuModule, LiveResources.Resource {
    private final CudaDriverDevice device;
    private final String name;
    private final CUmodule module;

    CudaModule(CudaDriverDevice device, String name, CUmodule module) {
        this.device = device;
        this.name = name;
        this.module = module;
    }

    @Override
    public GpuFunction function(String entry) {
        device.enter("cuModuleGetFunction");
        CUfunction function = new CUfunction();
        device.status()
                .check(
                        JCudaDriver.cuModuleGetFunction(function, module, entry),
                        "cuModuleGetFunction",
                        entry + " of " + name);
        return new CudaFunction(device, entry, function);
    }

    @Override
    public long variable(String variable) {
        device.enter("cuModuleGetGlobal");
        DeviceAddress address = new DeviceAddress();
        device.status()
                .check(
                        JCudaDriver.cuModuleGetGlobal(address, new long[1], module, variable),
                        "cuModuleGetGlobal",
                        variable + " of " + name);
        return address.value();
    }

    @Override
    public String description() {
        return "module " + name;
    }

    @Override
    public void close() {
        if (device.leave(this)) {
            device.status().check(JCudaDriver.cuModuleUnload(module), "cuModuleUnload", name);
        }
    }
}
