/** Runs PTX on the CPU, instruction by instruction, checks every access and counts what a profiler would count. */
module dev.clipjet.ptx.emulator {
    requires transitive dev.clipjet.device;
    requires static jdk.incubator.vector;

    provides dev.clipjet.device.GpuProvider with
            dev.clipjet.ptx.emulator.EmulatedProvider;

    exports dev.clipjet.ptx.emulator;
    exports dev.clipjet.ptx.exec;
    exports dev.clipjet.ptx.profile;
    exports dev.clipjet.ptx.report;
    exports dev.clipjet.ptx.syntax;
}
