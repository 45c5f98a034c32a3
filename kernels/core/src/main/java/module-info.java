/** What every other Clipjet module shares: typed errors, element types and native memory. */
module dev.clipjet.core {
    // sun.misc.Unsafe.invokeCleaner, the only way before Java 22 to unmap a file at a known moment.
    requires jdk.unsupported;

    exports dev.clipjet.error;
    exports dev.clipjet.memory;
}
