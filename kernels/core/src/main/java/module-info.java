/** What every other Clipjet module shares: typed errors, element types and native memory. */
module dev.clipjet.core {
    // sun.misc.Unsafe.invokeCleaner: before Java 22 the only way to unmap a file at a known moment.
    requires jdk.unsupported;

    exports dev.clipjet.error;
    exports dev.clipjet.input;
    exports dev.clipjet.memory;
}
