/** What every other Clipjet module shares: typed errors, element types, and how files and texts leave the program. */
module dev.clipjet.core {
    exports dev.clipjet.console;
    exports dev.clipjet.error;
    exports dev.clipjet.files;
    exports dev.clipjet.input;
    exports dev.clipjet.numeric;
}
