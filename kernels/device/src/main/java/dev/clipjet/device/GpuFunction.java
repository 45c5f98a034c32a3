package dev.clipjet.device;

/** An entry of a module; lives as long as the module. */
public interface GpuFunction {
    /** The entry's name. */
    String name();

    /** Registers of a thread, or 0 where nobody knows (the emulator without an assembler). */
    int registers();

    /** Static shared memory of a block, in bytes. */
    int staticSharedBytes();

    /** Local memory of a thread, in bytes. */
    int localBytes();

    /** Allows launches with so much dynamic shared memory; needed above 48 KiB less the static part. */
    void allowDynamicShared(int bytes);

    /** Blocks of this shape that fit one SM at a time. */
    int residentBlocks(int threadsPerBlock, int dynamicSharedBytes);
}
