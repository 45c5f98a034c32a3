package dev.clipjet.ptx.assembler;

/**
 * What an entry needs.
 *
 * @param entry its name
 * @param registers registers of a thread
 * @param stackBytes local memory of a thread
 * @param spillStoreBytes bytes a thread stores because registers run out
 * @param spillLoadBytes bytes it loads back
 * @param sharedBytes static shared memory of a block
 * @param constantBytes constant memory, parameters included
 */
public record KernelResources(
        String entry,
        int registers,
        int stackBytes,
        int spillStoreBytes,
        int spillLoadBytes,
        int sharedBytes,
        int constantBytes) {}
