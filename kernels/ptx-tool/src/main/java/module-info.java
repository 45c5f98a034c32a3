/** The command {@code clipjet-ptx}: runs, checks, profiles and assembles PTX. */
module dev.clipjet.ptx.tool {
    requires dev.clipjet.core;
    requires dev.clipjet.device;
    requires dev.clipjet.ptx.assembler;
    requires dev.clipjet.ptx.emulator;
    requires com.fasterxml.jackson.databind;
    requires info.picocli;

    // picocli reads the annotated fields.
    opens dev.clipjet.ptx.tool to
            info.picocli;
}
