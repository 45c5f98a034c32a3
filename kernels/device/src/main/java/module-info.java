/** What the runtime asks of a GPU, whatever stands behind it: the CUDA driver, the emulator, or a device that fails. */
module dev.clipjet.device {
    requires transitive dev.clipjet.core;

    exports dev.clipjet.device;
    exports dev.clipjet.device.faults;
}
