package dev.clipjet.ptx.tool;

import dev.clipjet.input.FileTooLargeException;
import dev.clipjet.input.InputFiles;
import dev.clipjet.ptx.syntax.Function;
import dev.clipjet.ptx.syntax.PtxModule;
import dev.clipjet.ptx.syntax.PtxParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A PTX file.
 *
 * @param path where it lies
 * @param name as the command line names it
 * @param text what it says
 */
record PtxFile(Path path, String name, String text) {
    private static final long MAX_BYTES = 256L << 20;
    private static final Pattern MANGLED = Pattern.compile("_Z(\\d+)(.*)");

    static PtxFile read(Path path) {
        try {
            byte[] bytes = InputFiles.read(path, MAX_BYTES);
            return new PtxFile(path, path.toString(), new String(bytes, StandardCharsets.UTF_8));
        } catch (FileTooLargeException tooLarge) {
            throw new ToolException(path + ": " + tooLarge.problem() + " in a PTX file");
        } catch (IOException unreadable) {
            throw unreadable(path.toString(), unreadable);
        }
    }

    /** The error for a file that cannot be read. */
    static ToolException unreadable(String name, Exception cause) {
        return new ToolException(name + ": "
                + (cause instanceof NoSuchFileException
                        ? "no such file"
                        : cause instanceof AccessDeniedException
                                ? "access denied"
                                : "cannot be read: "
                                        + Objects.requireNonNullElse(cause.getMessage(), cause.toString())));
    }

    /** Whether there are asynchronous copies, so that it matters when they land. */
    boolean copiesAsynchronously() {
        return text.contains("async");
    }

    PtxModule parse() {
        return PtxParser.parse(name, text);
    }

    /** The kernels of a module. */
    static List<Function> entries(PtxModule module) {
        return module.functions().stream()
                .filter(function -> function.entry() && function.body() != null)
                .toList();
    }

    /**
     * The kernel of a name. A name that C++ has mangled is found by its plain part too.
     *
     * @param wanted a name, or null for the only kernel there is
     */
    static Function entry(PtxModule module, String wanted) {
        List<Function> entries = entries(module);
        List<String> names = entries.stream().map(Function::name).toList();
        if (entries.isEmpty()) {
            throw new ToolException(module.file() + " has no kernel (.entry)");
        }
        List<Function> found = entries.stream()
                .filter(entry -> wanted == null || entry.name().equals(wanted))
                .toList();
        if (found.isEmpty()) {
            found = entries.stream()
                    .filter(entry -> plain(entry.name()).equals(wanted))
                    .toList();
        }
        if (found.size() != 1) {
            throw new UsageException(
                    wanted == null
                            ? "name one of the kernels of " + module.file() + ": " + names
                            : module.file() + " has " + (found.isEmpty() ? "no" : "more than one") + " kernel " + wanted
                                    + "; it has " + names);
        }
        return found.get(0);
    }

    private static String plain(String name) {
        Matcher mangled = MANGLED.matcher(name);
        if (!mangled.matches() || mangled.group(1).length() > 4) {
            return name;
        }
        int length = Integer.parseInt(mangled.group(1));
        return length <= mangled.group(2).length() ? mangled.group(2).substring(0, length) : name;
    }
}
