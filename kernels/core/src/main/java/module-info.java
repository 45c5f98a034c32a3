/** What every other Clipjet module shares: typed errors, element types and native memory. */
module dev.clipjet.core {
    exports dev.clipjet.error;
    exports dev.clipjet.memory;
}
