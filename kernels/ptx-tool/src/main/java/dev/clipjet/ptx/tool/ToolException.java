package dev.clipjet.ptx.tool;

/** Something that was rightly asked for and cannot be done. */
final class ToolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ToolException(String message) {
        super(message);
    }
}
