package dev.clipjet.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Stack;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Values of {@code --label}. Before the images, each option takes one value, or the images would become labels. After
 * them, all values up to the next option are labels, and one that could be an image is refused.
 */
final class LabelConsumer implements IParameterConsumer {

    @Override
    public void consumeParameters(Stack<String> args, ArgSpec option, CommandSpec command) {
        if (args.isEmpty()) {
            throw new ParameterException(command.commandLine(), "--label needs a text");
        }
        List<String> labels = new ArrayList<>();
        if (option.getValue() instanceof List<?> before) {
            before.forEach(label -> labels.add((String) label));
        }
        labels.add(nonBlank(args.pop(), command));
        boolean afterImages = !((Classify) command.userObject()).images().isEmpty();
        while (afterImages && !args.isEmpty() && !args.peek().startsWith("-")) {
            String value = args.pop();
            if (ImageInput.isPattern(value) || exists(value)) {
                throw new ParameterException(
                        command.commandLine(),
                        "is \"" + value + "\" a label or an image? Write images before the first --label, and --label"
                                + " before every label");
            }
            labels.add(nonBlank(value, command));
        }
        option.setValue(labels);
    }

    private static String nonBlank(String label, CommandSpec command) {
        if (label.isBlank()) {
            throw new ParameterException(command.commandLine(), "a label is empty");
        }
        return label;
    }

    private static boolean exists(String value) {
        try {
            return Files.exists(Path.of(value));
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
