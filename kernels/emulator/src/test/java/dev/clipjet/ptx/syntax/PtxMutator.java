package dev.clipjet.ptx.syntax;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Broken PTX from real PTX, the same for the same seed: pieces of texts with bytes and tokens changed, dropped, doubled, swapped
 * and taken from other places. Half of the inputs keep a proper header and whole functions, so that errors lie deep.
 */
final class PtxMutator {
    private static final Pattern TOKEN = Pattern.compile("[\\w$%.]+|\\s+|.", Pattern.DOTALL);
    private static final int MAX_CHARACTERS = 6000;
    private static final String[] SPICE = {
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        ";",
        ",",
        ":",
        "=",
        "!",
        "@",
        "|",
        "_",
        "-",
        "~",
        "?",
        "\"",
        "//",
        "/*",
        "*/",
        "#",
        "\0",
        "\u00e9",
        "0x",
        "0f",
        "0f3F800000",
        "0dFFF0000000000000",
        "18446744073709551615",
        "-9223372036854775808",
        "1e308",
        ".5",
        "1e-400",
        "08",
        "0b2",
        "%",
        "%r<16777216>",
        "[4611686018427387904]",
        ".align",
        ".v4",
        ".reg",
        ".global",
        ".section",
        ".loc",
        ".file",
        ".entry",
        ".func",
        ".alias",
        ".callprototype",
        ".branchtargets",
        "generic(",
        "0xFF00(",
        ".version 8.0",
        "WARP_SZ",
        "((((((((((((((((",
        "{{{{{{{{{{{{{{{{",
        "1?1?1?1?1?",
        ".param",
        "call",
        "::",
        "\n"
    };

    private final List<String[]> texts = new ArrayList<>();
    private final Random random;

    PtxMutator(List<String> corpus, long seed) {
        random = new Random(seed);
        for (String text : corpus) {
            List<String> tokens = new ArrayList<>();
            Matcher matcher = TOKEN.matcher(text);
            while (matcher.find()) {
                tokens.add(matcher.group());
            }
            texts.add(tokens.toArray(String[]::new));
        }
    }

    /** The next input. */
    String next() {
        List<String> tokens = piece();
        int changes = random.nextBoolean() ? 1 : 1 + random.nextInt(12);
        for (int i = 0; i < changes && !tokens.isEmpty(); i++) {
            change(tokens);
        }
        StringBuilder text = new StringBuilder(random.nextInt(20) == 0 ? "" : Ptx.HEADER);
        tokens.forEach(text::append);
        if (random.nextInt(3) == 0 && text.length() > 0) {
            bytes(text);
        }
        return text.toString();
    }

    /** Tokens of a text: whole declarations and functions, or what lies between two random places. */
    private List<String> piece() {
        String[] from = texts.get(random.nextInt(texts.size()));
        boolean whole = random.nextBoolean();
        int start = random.nextInt(from.length);
        while (whole && start > 0 && !startsDeclaration(from, start)) {
            start--;
        }
        List<String> tokens = new ArrayList<>();
        int limit = 1 + random.nextInt(MAX_CHARACTERS);
        int characters = 0;
        int depth = 0;
        for (int i = start; i < from.length && (characters < limit || whole && !from[i - 1].equals(";")); i++) {
            depth += from[i].equals("{") ? 1 : from[i].equals("}") ? -1 : 0;
            tokens.add(from[i]);
            characters += from[i].length();
            if (whole && depth == 0 && from[i].equals("}")) {
                break;
            }
        }
        for (; whole && depth > 0; depth--) {
            tokens.add("}");
        }
        return tokens;
    }

    private static boolean startsDeclaration(String[] tokens, int at) {
        boolean line = tokens[at - 1].endsWith("\n");
        return line && (tokens[at].equals(".visible") || tokens[at].equals(".func") || tokens[at].equals(".global"));
    }

    private void change(List<String> tokens) {
        int at = random.nextInt(tokens.size());
        switch (random.nextInt(7)) {
            case 0 -> tokens.remove(at);
            case 1 -> tokens.add(at, SPICE[random.nextInt(SPICE.length)]);
            case 2 -> tokens.set(at, SPICE[random.nextInt(SPICE.length)]);
            case 3 -> tokens.set(at, tokens.get(random.nextInt(tokens.size())));
            case 4 -> {
                String[] other = texts.get(random.nextInt(texts.size()));
                tokens.add(at, other[random.nextInt(other.length)]);
            }
            case 5 -> {
                int to = Math.min(tokens.size(), at + 1 + random.nextInt(20));
                List<String> run = List.copyOf(tokens.subList(at, to));
                for (int i = random.nextInt(20); i >= 0; i--) {
                    tokens.addAll(at, run);
                }
            }
            default -> {
                int to = Math.min(tokens.size(), at + 1 + random.nextInt(50));
                tokens.subList(at, to).clear();
            }
        }
    }

    private void bytes(StringBuilder text) {
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(text.length());
            text.setCharAt(at, (char) (random.nextInt(10) == 0 ? random.nextInt(0x10000) : random.nextInt(128)));
        }
    }
}
