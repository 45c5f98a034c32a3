package dev.clipjet.error;

/** An image that cannot be decoded or used. The message has the form {@code source: what is wrong}. */
public final class ImageFormatException extends ClipException {
    private static final long serialVersionUID = 1L;

    /** What sort of fault it is. */
    public enum Kind {
        /** The source cannot be read. */
        MISSING,
        /** No known image format. */
        UNRECOGNIZED,
        /** The bytes break the rules of the format. */
        MALFORMED,
        /** The data ends too early. */
        TRUNCATED,
        /** More pixels or bytes than the configured limit. */
        LIMIT,
        /** A known format or variant that is not supported. */
        UNSUPPORTED
    }

    private final Kind kind;
    private final String source;

    public ImageFormatException(Kind kind, Object source, String problem) {
        this(kind, source, problem, null);
    }

    public ImageFormatException(Kind kind, Object source, String problem, Throwable cause) {
        super(source + ": " + problem, cause);
        this.kind = kind;
        this.source = String.valueOf(source);
    }

    public Kind kind() {
        return kind;
    }

    public String source() {
        return source;
    }
}
