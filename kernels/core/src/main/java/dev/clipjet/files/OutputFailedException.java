package dev.clipjet.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** An output that cannot be written. The message has the form {@code file: what is wrong}; nothing stands under its name. */
public class OutputFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;

    OutputFailedException(Path file, String problem) {
        this(file, problem, null);
    }

    OutputFailedException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
        this.file = file.toString();
    }

    /** The output. */
    public String file() {
        return file;
    }

    /** The reason why a write failed, without the names of files that only this program knows. */
    static OutputFailedException of(Path file, IOException cause) {
        return cause instanceof OutputFailedException known
                ? known
                : new OutputFailedException(file, "cannot be written: " + reason(cause), cause);
    }

    private static String reason(IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return "access denied";
        }
        if (cause instanceof NoSuchFileException) {
            return "there is no such folder";
        }
        String reason = cause instanceof FileSystemException system ? system.getReason() : cause.getMessage();
        return reason == null ? cause.toString() : reason;
    }
}
