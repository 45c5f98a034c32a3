package dev.clipjet.cli;

import dev.clipjet.console.CommandWriter;
import java.io.FileDescriptor;
import java.io.Writer;
import picocli.CommandLine;

/** Entry point. Exit codes: 0 done, 1 something could not be done, 2 wrong usage, 3 what was compared differs. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.setProperty("java.awt.headless", "true");
        System.exit(run(CommandWriter.utf8(FileDescriptor.out), CommandWriter.utf8(FileDescriptor.err), args));
    }

    /** Runs one command with the given streams and returns the exit code. */
    static int run(Writer stdout, Writer stderr, String... args) {
        CommandWriter out = CommandWriter.output(stdout);
        CommandWriter err = CommandWriter.errors(stderr);
        int code = commandLine(out, err, args);
        err.flush();
        return out.checked(code, err, "clipjet");
    }

    private static int commandLine(CommandWriter out, CommandWriter err, String... args) {
        Failures failures = new Failures();
        CommandLine commandLine = commandLine()
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures);
        try {
            return commandLine.execute(args);
        } catch (OutOfMemoryError e) {
            return failures.outOfMemory(commandLine, e);
        }
    }

    /** All commands. A text that begins with @ is a text, not the name of a file with arguments. */
    static CommandLine commandLine() {
        return new CommandLine(new ClipjetCommand())
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setAbbreviatedOptionsAllowed(false)
                .setUsageHelpAutoWidth(false);
    }
}
