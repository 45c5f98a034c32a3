package dev.clipjet.ptx.tool;

import dev.clipjet.ptx.syntax.Function;
import dev.clipjet.ptx.syntax.Variable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The parameters of a kernel. */
final class Signature {
    private Signature() {}

    /** As in the PTX: {@code saxpy(.param .u32 saxpy_param_0, ...)}. */
    static String text(Function entry) {
        return entry.parameters().stream()
                .map(Signature::parameter)
                .collect(Collectors.joining(", ", entry.name() + "(", ")"));
    }

    private static String parameter(Variable variable) {
        boolean array = variable.elements() != 1;
        return ".param " + (array ? ".align " + variable.alignment() + " " : "") + "." + variable.type() + " "
                + variable.name() + (array ? "[" + variable.elements() + "]" : "");
    }

    /** Size of a parameter in bytes. */
    static long bytes(Variable parameter) {
        int element = switch (parameter.type()) {
            case "f16x2" -> 4;
            case "texref", "samplerref", "surfref" -> 8;
            default -> Integer.parseInt(parameter.type().substring(1)) / 8;
        };
        return element * (long) parameter.vector() * parameter.elements();
    }

    /** Reads the arguments of a launch and compares them with the parameters. */
    static List<Argument> arguments(Function entry, List<String> written) {
        List<Variable> parameters = entry.parameters();
        if (written.size() != parameters.size()) {
            throw new UsageException(entry.name() + " takes " + parameters.size() + " argument"
                    + (parameters.size() == 1 ? "" : "s") + ", " + written.size() + " "
                    + (written.size() == 1 ? "is" : "are")
                    + " given: " + text(entry));
        }
        List<Argument> arguments = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < written.size(); i++) {
            Variable parameter = parameters.get(i);
            Argument argument = ArgumentParser.parse(written.get(i), i, parameter.name());
            if (!names.add(argument.name())) {
                throw new UsageException("two arguments are named " + argument.name());
            }
            long bytes = argument instanceof Argument.Value value ? value.bytes().length : Long.BYTES;
            if (bytes != bytes(parameter)) {
                throw new UsageException("argument " + i + ", " + written.get(i) + ", has " + bytes + " bytes, "
                        + parameter(parameter) + " has " + bytes(parameter) + ": " + text(entry));
            }
            arguments.add(argument);
        }
        aliases(arguments);
        return List.copyOf(arguments);
    }

    private static void aliases(List<Argument> arguments) {
        for (Argument argument : arguments) {
            if (argument instanceof Argument.Alias alias) {
                Argument.Buffer target = buffer(arguments, alias.target());
                if (alias.offset() < 0 || alias.offset() > target.bytes()) {
                    throw new UsageException(
                            alias.written() + ": " + target.name() + " has " + target.bytes() + " bytes");
                }
            }
        }
    }

    /** The buffer of a name. */
    static Argument.Buffer buffer(List<Argument> arguments, String name) {
        for (Argument argument : arguments) {
            if (argument instanceof Argument.Buffer buffer && buffer.name().equals(name)) {
                return buffer;
            }
        }
        throw new UsageException("no buffer is named " + name + "; buffers are "
                + arguments.stream()
                        .filter(Argument.Buffer.class::isInstance)
                        .map(Argument::name)
                        .toList());
    }
}
