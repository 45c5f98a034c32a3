package dev.clipjet.error;

import java.nio.file.Path;
import java.time.Instant;

/**
 * A file that was changed while it was in use: it is shorter or longer than when it was opened, or was written to since.
 * What was read from it before is of the file as it was opened; nothing that was read afterwards has been given out.
 */
public final class FileChangedException extends ClipException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long expectedBytes;
    private final Instant expectedTime;
    private final long foundBytes;
    private final Instant foundTime;

    /**
     * @param expectedBytes size when it was opened
     * @param expectedTime time of its last change when it was opened
     * @param foundBytes size now
     * @param foundTime time of its last change now; null if it cannot be told
     */
    public FileChangedException(
            Path file, long expectedBytes, Instant expectedTime, long foundBytes, Instant foundTime) {
        super(file + ": was changed while it was in use: " + described(expectedBytes, expectedTime)
                + " when it was opened, " + described(foundBytes, foundTime)
                + " now; to replace a file that is in use, write a new one and rename it");
        this.file = file.toString();
        this.expectedBytes = expectedBytes;
        this.expectedTime = expectedTime;
        this.foundBytes = foundBytes;
        this.foundTime = foundTime;
    }

    private static String described(long bytes, Instant time) {
        return bytes + " bytes" + (time == null ? "" : " of " + time);
    }

    /** Path of the file. */
    public String file() {
        return file;
    }

    /** Size when it was opened. */
    public long expectedBytes() {
        return expectedBytes;
    }

    /** Time of its last change when it was opened. */
    public Instant expectedTime() {
        return expectedTime;
    }

    /** Size when the change was noticed. */
    public long foundBytes() {
        return foundBytes;
    }

    /** Time of its last change when the change was noticed; null if it could not be told. */
    public Instant foundTime() {
        return foundTime;
    }
}
