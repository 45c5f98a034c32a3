package dev.clipjet.error;

/** An argument or text that the call cannot work with: token ids out of range, a text too long, an empty label list. */
public final class InvalidInputException extends ClipException {
    private static final long serialVersionUID = 1L;

    public InvalidInputException(String message) {
        super(message);
    }

    public InvalidInputException(String message, Throwable cause) {
        super(message, cause);
    }
}
