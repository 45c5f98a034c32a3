package dev.clipjet.cli;

import dev.clipjet.console.CommandWriter;
import dev.clipjet.device.DeviceException;
import dev.clipjet.error.ClipException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Errors as one line {@code clipjet: ...} on stderr; the stack trace only when asked for. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    static final int FAILED = 1;
    static final int USAGE = 2;

    /** What was compared differs. */
    static final int DIFFERENT = 3;

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        report(command, e.getMessage(), e);
        command.getErr().println("See " + command.getCommandSpec().qualifiedName() + " --help");
        return USAGE;
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
        boolean replaceable = e instanceof FileAlreadyExistsException
                && command.getCommandSpec().findOption(OverwriteOption.NAME) != null;
        report(command, describe(e) + (replaceable ? "; " + OverwriteOption.NAME + " replaces it" : ""), e);
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

    /** What went wrong, in words for a user. */
    static String describe(Exception e) {
        if (e instanceof ClipException) {
            return e.getMessage();
        }
        if (e instanceof DeviceException) {
            return e.getMessage();
        }
        if (e instanceof UncheckedIOException io) {
            return describe(io.getCause());
        }
        if (e instanceof NoSuchFileException) {
            return e.getMessage() + ": no such file";
        }
        if (e instanceof AccessDeniedException) {
            return e.getMessage() + ": access denied";
        }
        if (e instanceof InvalidPathException path) {
            return path.getInput() + ": is no file name: " + path.getReason();
        }
        return e instanceof IOException
                ? Objects.requireNonNullElse(e.getMessage(), e.toString())
                : "internal error: " + e + " (--verbose prints where)";
    }

    private static void report(CommandLine command, String message, Throwable e) {
        CommandWriter err = (CommandWriter) command.getErr();
        err.println("clipjet: " + message);
        if (root(command).getCommand() instanceof ClipjetCommand clipjet && clipjet.verbose()) {
            err.printStackTrace(e);
        }
        err.flush();
    }

    private static CommandLine root(CommandLine command) {
        return command.getParent() == null ? command : root(command.getParent());
    }
}
