/** What every other Clipjet module shares: typed errors and element types. */
module dev.clipjet.core {
    exports dev.clipjet.error;
    exports dev.clipjet.input;
    exports dev.clipjet.numeric;
}
