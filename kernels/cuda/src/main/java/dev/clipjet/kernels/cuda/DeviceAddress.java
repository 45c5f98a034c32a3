package dev.clipjet.kernels.cuda;

import jcuda.driver.CUdeviceptr;

/** A device pointer whose address can be read: the binding hides it. */
final class DeviceAddress extends CUdeviceptr {
    /** The address that a driver call has filled in. */
    long value() {
        return getNativePointer() + getByteOffset();
    }

    /** A pointer to an address. The native side adds base and offset, and the base of a new pointer is 0. */
    static CUdeviceptr of(long address) {
        return new CUdeviceptr().withByteOffset(address);
    }
}
