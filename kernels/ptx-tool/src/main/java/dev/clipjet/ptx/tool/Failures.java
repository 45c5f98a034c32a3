package dev.clipjet.ptx.tool;

import dev.clipjet.console.CommandWriter;
import dev.clipjet.device.DeviceException;
import dev.clipjet.ptx.syntax.PtxSyntaxException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Errors as one line {@code clipjet-ptx: ...} on stderr; the stack trace only when asked for. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    static final int FAILED = 1;
    static final int USAGE = 2;

    /** What was run shows findings, or results that differ. */
    static final int FOUND = 3;

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        return usage(e.getCommandLine(), e);
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
        if (e instanceof UsageException || e instanceof ParameterException) {
            return usage(command, e);
        }
        boolean known = e instanceof ToolException || e instanceof PtxSyntaxException || e instanceof DeviceException;
        report(command, known ? e.getMessage() : "internal error: " + e + " (--verbose prints where)", e);
        return FAILED;
    }

    int outOfMemory(CommandLine command, OutOfMemoryError e) {
        long mebibytes = Runtime.getRuntime().maxMemory() >> 20;
        report(
                command,
                "not enough memory (" + e.getMessage() + "); the Java heap may have " + mebibytes
                        + " MiB, CLIPJET_JAVA_OPTS=-Xmx... changes that",
                e);
        return FAILED;
    }

    private static int usage(CommandLine command, Exception e) {
        report(command, e.getMessage(), e);
        command.getErr().println("See " + command.getCommandSpec().qualifiedName() + " --help");
        return USAGE;
    }

    private static void report(CommandLine command, String message, Throwable e) {
        CommandWriter err = (CommandWriter) command.getErr();
        err.println("clipjet-ptx: " + message);
        CommandLine root = command;
        while (root.getParent() != null) {
            root = root.getParent();
        }
        if (root.getCommand() instanceof PtxCommand tool && tool.verbose()) {
            err.printStackTrace(e);
        }
        err.flush();
    }
}
