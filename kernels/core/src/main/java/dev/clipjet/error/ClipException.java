package dev.clipjet.error;

/** Root of all errors that Clipjet raises by itself. Unchecked; the message names what was wrong and where. */
public abstract class ClipException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    protected ClipException(String message) {
        super(message);
    }

    protected ClipException(String message, Throwable cause) {
        super(message, cause);
    }
}
