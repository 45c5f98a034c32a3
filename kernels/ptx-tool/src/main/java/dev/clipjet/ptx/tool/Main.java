package dev.clipjet.ptx.tool;

import dev.clipjet.console.CommandWriter;
import java.io.FileDescriptor;
import java.io.Writer;
import picocli.CommandLine;

/** Entry point. Exit codes: 0 nothing found, 1 something could not be done, 2 wrong usage, 3 something found. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(run(CommandWriter.utf8(FileDescriptor.out), CommandWriter.utf8(FileDescriptor.err), args));
    }

    /** Runs one command with the given streams and returns the exit code. */
    static int run(Writer stdout, Writer stderr, String... args) {
        CommandWriter out = CommandWriter.output(stdout);
        CommandWriter err = CommandWriter.errors(stderr);
        int code = commandLine(out, err, args);
        err.flush();
        return out.checked(code, err, "clipjet-ptx");
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
        } catch (OutOfMemoryError full) {
            return failures.outOfMemory(commandLine, full);
        }
    }

    /** All commands. An argument that begins with @ is an argument, not the name of a file with arguments. */
    static CommandLine commandLine() {
        return new CommandLine(new PtxCommand())
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setAbbreviatedOptionsAllowed(false)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(120);
    }
}
