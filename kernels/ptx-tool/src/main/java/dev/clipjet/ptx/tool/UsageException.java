package dev.clipjet.ptx.tool;

/** A command line that asks for something impossible; the message says what would be possible. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
