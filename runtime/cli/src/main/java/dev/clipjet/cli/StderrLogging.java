package dev.clipjet.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.clipjet.console.PrintedText;
import java.nio.charset.StandardCharsets;

/** Logs warnings and errors to stderr, more with {@code --verbose}. In Java, since reading XML would take longer. */
public final class StderrLogging extends ContextAwareBase implements Configurator {

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        EventEncoder encoder = new EventEncoder();
        encoder.setContext(context);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(appender);
        root.setLevel(Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** A line for each event, and lines for its stack trace, escaped and shortened as all that is printed. */
    static final class EventEncoder extends EncoderBase<ILoggingEvent> {
        @Override
        public byte[] headerBytes() {
            return new byte[0];
        }

        @Override
        public byte[] footerBytes() {
            return new byte[0];
        }

        @Override
        public byte[] encode(ILoggingEvent event) {
            StringBuilder lines = new StringBuilder();
            String logger = event.getLoggerName();
            add(
                    lines,
                    String.format("%-5s ", event.getLevel())
                            + logger.substring(logger.lastIndexOf('.') + 1)
                            + ": "
                            + event.getFormattedMessage());
            String label = "";
            for (IThrowableProxy thrown = event.getThrowableProxy(); thrown != null; thrown = thrown.getCause()) {
                add(lines, label + thrown.getClassName() + ": " + thrown.getMessage());
                for (StackTraceElementProxy element : thrown.getStackTraceElementProxyArray()) {
                    add(lines, "    " + element.getSTEAsString());
                }
                label = "caused by: ";
            }
            return lines.toString().getBytes(StandardCharsets.UTF_8);
        }

        private static void add(StringBuilder lines, String text) {
            lines.append(PrintedText.escape(PrintedText.shorten(text))).append(System.lineSeparator());
        }
    }
}
