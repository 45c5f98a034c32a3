/** The command {@code clipjet-ptx}: runs, checks and profiles PTX. */
module dev.clipjet.ptx.tool {}
