package dev.clipjet.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Standard output or error of a command. A line is escaped as {@link PrintedText} says, so that whatever it quotes stays within
 * it; so are the arguments of formats. {@link #print(String)} is for texts of this program, which may have lines and colors, and
 * {@link #write} for what was escaped before. A failure is kept for the one who asks at the end.
 */
public final class CommandWriter extends PrintWriter {
    private final UnaryOperator<String> line;

    private CommandWriter(Writer target, UnaryOperator<String> line) {
        super(new Recording(target), true);
        this.line = line;
    }

    /** For results. */
    public static CommandWriter output(Writer target) {
        return new CommandWriter(target, PrintedText::escape);
    }

    /** For errors: lines that are too long are shortened. */
    public static CommandWriter errors(Writer target) {
        return new CommandWriter(target, text -> PrintedText.escape(PrintedText.shorten(text)));
    }

    /** Standard output or error in UTF-8: Java's own follow the locale, and labels and file names must not suffer from it. */
    public static Writer utf8(FileDescriptor descriptor) {
        return new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8);
    }

    /** Why something did not arrive; empty if all did so far. */
    public Optional<IOException> failure() {
        flush();
        return ((Recording) out).failure();
    }

    /**
     * The exit code of a command whose results must have arrived: the given one, or 1 after saying why they did not. A reader
     * that has closed the pipe knows, so nothing is said.
     */
    public int checked(int code, CommandWriter errors, String program) {
        Optional<IOException> failure = failure();
        if (failure.isEmpty()) {
            return code;
        }
        String reason = String.valueOf(failure.get().getMessage());
        if (!reason.toLowerCase(Locale.ROOT).contains("broken pipe")) {
            errors.println(program + ": standard output cannot be written: " + reason);
        }
        return code == 2 ? code : 1;
    }

    /** Prints an exception as Java does, each line escaped. */
    public void printStackTrace(Throwable thrown) {
        String label = "";
        int depth = 0;
        for (Throwable each = thrown; each != null && depth < 16; each = each.getCause(), depth++) {
            println(label + each);
            for (StackTraceElement element : each.getStackTrace()) {
                println("    at " + element);
            }
            for (Throwable suppressed : each.getSuppressed()) {
                println("    suppressed: " + suppressed);
            }
            label = "caused by: ";
        }
    }

    @Override
    public void println(String text) {
        write(line.apply(String.valueOf(text)));
        println();
    }

    @Override
    public void println(Object text) {
        println(String.valueOf(text));
    }

    @Override
    public void println(char[] text) {
        println(new String(text));
    }

    @Override
    public void println(char text) {
        println(String.valueOf(text));
    }

    @Override
    public void print(String text) {
        StringBuilder printed = new StringBuilder();
        for (String part : String.valueOf(text).split("(?<=\n)")) {
            String end = part.endsWith("\r\n") ? "\r\n" : part.endsWith("\n") ? "\n" : "";
            printed.append(withColors(part.substring(0, part.length() - end.length())))
                    .append(end);
        }
        write(printed.toString());
    }

    /** Escapes all but the sequences that set colors. */
    private static String withColors(String text) {
        StringBuilder printed = new StringBuilder();
        for (String part : text.split("(?=\u001b\\[[0-9;]{0,16}m)|(?<=\u001b\\[[0-9;]{0,16}m)")) {
            printed.append(part.matches("\u001b\\[[0-9;]{0,16}m") ? part : PrintedText.escape(part));
        }
        return printed.toString();
    }

    @Override
    public void print(Object text) {
        print(String.valueOf(text));
    }

    @Override
    public void print(char[] text) {
        print(new String(text));
    }

    @Override
    public void print(char text) {
        print(String.valueOf(text));
    }

    @Override
    public PrintWriter format(String format, Object... arguments) {
        return super.format(format, escaped(arguments));
    }

    @Override
    public PrintWriter format(Locale locale, String format, Object... arguments) {
        return super.format(locale, format, escaped(arguments));
    }

    private static Object[] escaped(Object[] arguments) {
        Object[] escaped = arguments.clone();
        for (int i = 0; i < escaped.length; i++) {
            if (escaped[i] != null && !(escaped[i] instanceof Number) && !(escaped[i] instanceof Boolean)) {
                escaped[i] = PrintedText.escape(escaped[i].toString());
            }
        }
        return escaped;
    }

    /** Keeps the first failure, which a {@link PrintWriter} would forget. */
    private static final class Recording extends Writer {
        private final Writer target;
        private IOException failure;

        Recording(Writer target) {
            this.target = target;
        }

        Optional<IOException> failure() {
            if (failure == null && target instanceof PrintWriter writer && writer.checkError()) {
                failure = new IOException("the writer reports an error");
            }
            return Optional.ofNullable(failure);
        }

        private IOException keep(IOException e) {
            failure = failure == null ? e : failure;
            return e;
        }

        @Override
        public void write(char[] text, int offset, int length) throws IOException {
            try {
                target.write(text, offset, length);
            } catch (IOException e) {
                throw keep(e);
            }
        }

        @Override
        public void flush() throws IOException {
            try {
                target.flush();
            } catch (IOException e) {
                throw keep(e);
            }
        }

        @Override
        public void close() throws IOException {
            try {
                target.close();
            } catch (IOException e) {
                throw keep(e);
            }
        }
    }
}
