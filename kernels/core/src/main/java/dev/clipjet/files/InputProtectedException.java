package dev.clipjet.files;

import java.nio.file.Path;

/** An output would take the place of an input, or of another output of the same run. */
public final class InputProtectedException extends OutputFailedException {
    private static final long serialVersionUID = 1L;

    InputProtectedException(Path file) {
        super(file, "is an input, or was just written; neither is overwritten");
    }
}
