package dev.clipjet.cli;

import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on stderr, only on a terminal, and only when the work has taken a moment and is not nearly done. */
final class Progress implements AutoCloseable {
    /** Columns of the terminal that stderr is, set by the launcher; absent when it is none. */
    static final String TERMINAL_COLUMNS = "clipjet.terminal.columns";

    private static final long MOMENT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String task;
    private final long total;
    private final int columns = Integer.getInteger(TERMINAL_COLUMNS, 0);
    private final long start = System.nanoTime();
    private long done;
    private ProgressBar bar;

    Progress(String task, long total) {
        this.task = task;
        this.total = total;
    }

    void step(long count) {
        done += count;
        if (bar == null && columns > 0 && done * 2 < total && System.nanoTime() - start > MOMENT_NANOS) {
            bar = new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(total)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setConsumer(new ConsoleProgressBarConsumer(System.err, columns))
                    .clearDisplayOnFinish()
                    .build();
        }
        if (bar != null) {
            bar.stepTo(done);
        }
    }

    /** Clears the line of the bar. Closing again has no effect. */
    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
