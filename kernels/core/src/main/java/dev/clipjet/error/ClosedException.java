package dev.clipjet.error;

/** Use of an object after its {@code close()}. */
public final class ClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** @param object the object that is closed, as its owner would name it */
    public ClosedException(String object) {
        super(object + " is closed");
    }
}
