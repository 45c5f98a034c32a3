package dev.clipjet.cli;

/** {@link Progress} of work that is told in bytes done of bytes in all. */
final class ByteProgress implements AutoCloseable {
    private static final long UNIT = 1_000_000;

    private final String task;
    private Progress progress;
    private long shown;

    ByteProgress(String task) {
        this.task = task;
    }

    void at(long done, long total) {
        if (progress == null) {
            progress = new Progress(task + " (MB)", total / UNIT);
        }
        long units = done / UNIT;
        progress.step(units - shown);
        shown = units;
    }

    /** Clears the line of the bar. Closing again has no effect. */
    @Override
    public void close() {
        if (progress != null) {
            progress.close();
        }
    }
}
