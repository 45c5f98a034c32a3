package dev.clipjet.input;

import java.nio.file.FileSystemException;

/** A file with more bytes than whoever reads it allows. */
public final class FileTooLargeException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    FileTooLargeException(String file, String has, long maxBytes) {
        super(file, null, "has " + has + " bytes, more than the " + maxBytes + " allowed");
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
