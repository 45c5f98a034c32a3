package dev.clipjet.error;

import dev.clipjet.console.PrintedText;

/**
 * Root of all errors that Clipjet raises by itself. Unchecked; the message names what was wrong and where. One that is too
 * long, since what it quotes is, is shortened.
 */
public abstract class ClipException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    protected ClipException(String message) {
        super(PrintedText.shorten(message));
    }

    protected ClipException(String message, Throwable cause) {
        super(PrintedText.shorten(message), cause);
    }
}
