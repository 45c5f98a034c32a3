package dev.clipjet.cli;

import dev.clipjet.files.Existing;
import picocli.CommandLine.Option;

/** For every command that writes files. */
final class OverwriteOption {
    static final String NAME = "--overwrite";

    @Option(
            names = NAME,
            description =
                    "Replace files that are there under the names of the output. Inputs, links to folders, and folders with "
                            + "other files than the output's stay refused.")
    private boolean overwrite;

    Existing existing() {
        return overwrite ? Existing.REPLACE : Existing.REFUSE;
    }
}
