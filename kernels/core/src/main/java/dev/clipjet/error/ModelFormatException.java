package dev.clipjet.error;

/**
 * A model file or directory that cannot be used. The message has the form {@code file: place: what is wrong}, where the
 * place is a byte offset, a tensor name or a configuration key.
 */
public final class ModelFormatException extends ClipException {
    private static final long serialVersionUID = 1L;

    /** What sort of fault it is; callers may branch on it. */
    public enum Kind {
        /** A file or directory that must be there is not, or cannot be read. */
        MISSING,
        /** The bytes break the rules of the format. */
        MALFORMED,
        /** Announced bytes are not there. */
        TRUNCATED,
        /** A tensor reaches outside its storage. */
        OUT_OF_BOUNDS,
        /** Legal, but of a size that no model has. */
        LIMIT,
        /** The file asks for something that is never done, such as running code. */
        FORBIDDEN,
        /** Known, and not supported by this version. */
        UNSUPPORTED,
        /** A configuration with missing, contradictory or ill-typed values. */
        BAD_CONFIGURATION
    }

    private final Kind kind;
    private final String file;
    private final String place;

    /**
     * @param kind what sort of fault
     * @param file path of the file or directory
     * @param place byte offset, tensor name or configuration key; empty when the whole file is meant
     * @param problem what is wrong, with the values found and expected
     */
    public ModelFormatException(Kind kind, Object file, String place, String problem) {
        this(kind, file, place, problem, null);
    }

    /** As above, with the error that revealed the fault. */
    public ModelFormatException(Kind kind, Object file, String place, String problem, Throwable cause) {
        super(file + ": " + (place.isEmpty() ? "" : place + ": ") + problem, cause);
        this.kind = kind;
        this.file = String.valueOf(file);
        this.place = place;
    }

    public Kind kind() {
        return kind;
    }

    public String file() {
        return file;
    }

    public String place() {
        return place;
    }
}
