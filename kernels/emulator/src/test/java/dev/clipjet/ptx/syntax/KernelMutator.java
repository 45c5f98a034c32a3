package dev.clipjet.ptx.syntax;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Wrong kernels from real ones, the same for the same seed: instructions dropped, doubled, moved and taken from other kernels,
 * operands and modifiers exchanged for others of their kind. Most still parse and many still decode, so that errors lie where
 * kernels are lowered and run.
 */
final class KernelMutator {
    private static final Pattern ENTRY = Pattern.compile("(?ms)^\\.visible \\.entry .*?^\\}");
    private static final Pattern TOKEN = Pattern.compile("%[a-z]+\\d+|(?<=\\.)[a-z]\\w*|\\b\\d+\\b|\\$L\\w+");
    private static final int MAX_CHARACTERS = 6000;
    private static final String[] NUMBERS = {
        "0",
        "1",
        "3",
        "7",
        "31",
        "32",
        "33",
        "63",
        "64",
        "255",
        "4096",
        "65536",
        "2147483647",
        "-1",
        "-2147483648",
        "9223372036854775807",
        "0f7F800000",
        "0f00000001",
        "0dFFF0000000000000"
    };

    private record Kernel(String before, List<String> lines) {}

    private final List<Kernel> kernels = new ArrayList<>();
    private final List<String> instructions = new ArrayList<>();
    private final Map<String, List<String>> kinds = new LinkedHashMap<>();
    private final Random random;

    /**
     * A mutator.
     *
     * @param corpus texts, of which the entries that are no longer than a few thousand characters are taken
     * @param more further instructions, one a line, to be put into kernels
     */
    KernelMutator(List<String> corpus, List<String> more, long seed) {
        random = new Random(seed);
        for (String text : corpus) {
            int first = text.indexOf(".visible .entry");
            String before = text.substring(text.indexOf(".version"), Math.max(first, text.indexOf(".version")));
            Matcher matcher = ENTRY.matcher(text);
            while (matcher.find()) {
                if (matcher.group().length() + before.length() <= MAX_CHARACTERS) {
                    List<String> lines = matcher.group().lines().toList();
                    kernels.add(new Kernel(before, lines));
                    lines.stream().filter(KernelMutator::isInstruction).forEach(instructions::add);
                }
            }
        }
        instructions.addAll(more);
        for (String line : instructions) {
            Matcher matcher = TOKEN.matcher(line);
            while (matcher.find()) {
                kinds.computeIfAbsent(kind(matcher.group()), key -> new ArrayList<>())
                        .add(matcher.group());
            }
        }
    }

    private static boolean isInstruction(String line) {
        return line.endsWith(";") && !line.stripLeading().startsWith(".");
    }

    private static String kind(String token) {
        return token.startsWith("%") ? token.replaceAll("\\d+", "") : token.replaceAll("\\d+.*|[a-zA-Z]\\w*", "");
    }

    int kernels() {
        return kernels.size();
    }

    /** The next input. */
    String next() {
        Kernel kernel = kernels.get(random.nextInt(kernels.size()));
        List<String> lines = new ArrayList<>(kernel.lines());
        int changes = 1 + random.nextInt(random.nextBoolean() ? 2 : 8);
        for (int i = 0; i < changes; i++) {
            change(lines);
        }
        return kernel.before() + String.join("\n", lines) + "\n";
    }

    private void change(List<String> lines) {
        int at = random.nextInt(lines.size());
        if (!isInstruction(lines.get(at))) {
            return;
        }
        String other = instructions.get(random.nextInt(instructions.size()));
        switch (random.nextInt(8)) {
            case 0 -> lines.remove(at);
            case 1 -> lines.add(at, other);
            case 2 -> lines.set(at, other);
            case 3 -> lines.add(random.nextInt(lines.size()), lines.remove(at));
            default -> lines.set(at, exchanged(lines, lines.get(at)));
        }
    }

    /** A line with one token replaced by one of its kind, mostly one that the kernel has. */
    private String exchanged(List<String> lines, String line) {
        Matcher matcher = TOKEN.matcher(line);
        int count = (int) matcher.results().count();
        if (count == 0) {
            return line;
        }
        int chosen = random.nextInt(count);
        matcher.reset();
        for (int i = 0; i <= chosen; i++) {
            matcher.find();
        }
        String token = matcher.group();
        String replacement;
        if (Character.isDigit(token.charAt(0))) {
            replacement = NUMBERS[random.nextInt(NUMBERS.length)];
        } else {
            String wanted = kind(token);
            List<String> choices = new ArrayList<>();
            String near = lines.get(random.nextInt(lines.size()));
            Matcher found = TOKEN.matcher(isInstruction(near) ? near : "");
            while (found.find()) {
                if (kind(found.group()).equals(wanted)) {
                    choices.add(found.group());
                }
            }
            choices = choices.isEmpty() ? kinds.get(wanted) : choices;
            replacement = choices.get(random.nextInt(choices.size()));
        }
        return line.substring(0, matcher.start()) + replacement + line.substring(matcher.end());
    }
}
