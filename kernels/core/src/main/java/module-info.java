/** What every other Clipjet module shares: typed errors, element types, native memory, and how files and texts leave the
 * program. */
module dev.clipjet.core {
    // sun.misc.Unsafe.invokeCleaner: before Java 22 the only way to unmap a file at a known moment.
    requires jdk.unsupported;

    exports dev.clipjet.console;
    exports dev.clipjet.error;
    exports dev.clipjet.files;
    exports dev.clipjet.memory;
}
