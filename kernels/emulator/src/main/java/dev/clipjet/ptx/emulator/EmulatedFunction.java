package dev.clipjet.ptx.emulator;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.ptx.exec.KernelCode;

/** An entry. */
final class EmulatedFunction implements GpuFunction {
    private static final int DEFAULT_SHARED = 48 << 10;

    private final EmulatedDevice device;
    private final KernelCode code;
    private int allowedShared = DEFAULT_SHARED;

    EmulatedFunction(EmulatedDevice device, KernelCode code) {
        this.device = device;
        this.code = code;
    }

    KernelCode code() {
        return code;
    }

    /** Largest static and dynamic shared memory of a launch. */
    int allowedShared() {
        return allowedShared;
    }

    @Override
    public String name() {
        return code.name();
    }

    @Override
    public int registers() {
        return 0;
    }

    @Override
    public int staticSharedBytes() {
        return code.staticSharedBytes();
    }

    @Override
    public int localBytes() {
        return code.localBytes();
    }

    @Override
    public void allowDynamicShared(int bytes) {
        int limit = device.properties().sharedBytesPerBlock();
        if (code.staticSharedBytes() + bytes > limit) {
            throw new DeviceException(
                    "function attribute",
                    1,
                    "CUDA_ERROR_INVALID_VALUE",
                    code.name() + " with " + bytes + " bytes of dynamic shared memory beside "
                            + code.staticSharedBytes() + " static ones; a block has at most " + limit);
        }
        allowedShared = Math.max(DEFAULT_SHARED, code.dynamicSharedOffset() + bytes);
    }

    @Override
    public int residentBlocks(int threadsPerBlock, int dynamicSharedBytes) {
        return device.residentBlocks(code, threadsPerBlock, dynamicSharedBytes);
    }
}
