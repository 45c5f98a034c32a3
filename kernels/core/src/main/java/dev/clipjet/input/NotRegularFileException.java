package dev.clipjet.input;

import java.nio.file.FileSystemException;

/** A path that names a directory, a pipe, a device or a socket where a regular file is wanted. */
public final class NotRegularFileException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    NotRegularFileException(String file, String what) {
        super(file, null, "is " + what + ", not a regular file");
    }

    /** What is wrong, without the path. */
    public String problem() {
        return getReason();
    }

    /** The same as {@link #problem}: those who print errors name the file themselves. */
    @Override
    public String getMessage() {
        return problem();
    }
}
