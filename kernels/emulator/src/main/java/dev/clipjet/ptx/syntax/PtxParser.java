package dev.clipjet.ptx.syntax;

import dev.clipjet.ptx.syntax.Token.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * PTX text to a syntax tree. Takes what compilers write for versions 3.1 to 9, in one pass and in time and memory linear in the
 * text. What it cannot read is a {@link PtxSyntaxException} with the line.
 */
public final class PtxParser {
    private static final int MAX_TEXT = 64 << 20;

    private final TokenReader in;
    private final VariableParser variables;
    private final Map<Integer, String> files = new HashMap<>();
    private final List<Variable> moduleVariables = new ArrayList<>();
    private final List<Function> functions = new ArrayList<>();
    private final List<String> targets = new ArrayList<>();
    private int versionMajor;
    private int versionMinor;
    private int addressSize = 32;

    private PtxParser(String file, String text) {
        if (text.length() > MAX_TEXT) {
            throw new PtxSyntaxException(file, 1, "a text of more than " + MAX_TEXT + " characters", "");
        }
        in = new TokenReader(file, text);
        variables = new VariableParser(in);
    }

    /**
     * Parses a module.
     *
     * @param file name of the text, for messages
     * @param text the text; a zero byte ends it
     */
    public static PtxModule parse(String file, String text) {
        int zero = text.indexOf('\0');
        return new PtxParser(file, zero < 0 ? text : text.substring(0, zero)).module();
    }

    private PtxModule module() {
        header();
        while (in.peek().kind() != Kind.END) {
            element();
        }
        return new PtxModule(
                in.file(),
                versionMajor,
                versionMinor,
                List.copyOf(targets),
                addressSize,
                Map.copyOf(files),
                List.copyOf(moduleVariables),
                List.copyOf(functions),
                in.line());
    }

    private void header() {
        in.expectDotted("version");
        Token version = in.next();
        String[] parts = version.text().split("\\.", -1);
        if (version.kind() != Kind.DOUBLE || parts.length != 2 || parts[0].length() > 3 || parts[1].length() > 3) {
            throw in.error(version, "a version such as 8.0 is expected");
        }
        try {
            versionMajor = Integer.parseInt(parts[0]);
            versionMinor = Integer.parseInt(parts[1]);
        } catch (NumberFormatException malformed) {
            throw in.error(version, "a version such as 8.0 is expected");
        }
        if (versionMajor < 2 || versionMajor > 9) {
            throw in.error(version, "versions 2 to 9 are known, not");
        }
        in.expectDotted("target");
        do {
            targets.add(in.expectWord("a target"));
        } while (in.accept(","));
        if (in.acceptDotted("address_size")) {
            addressSize = (int) in.expectInteger("an address size");
            if (addressSize != 32 && addressSize != 64) {
                throw in.error(in.peek(), "an address size of " + addressSize);
            }
        }
    }

    private void element() {
        Token token = in.peek();
        if (token.kind() != Kind.DOTTED) {
            throw in.error(token, "a directive is expected, not");
        }
        switch (token.text()) {
            case "file" -> file();
            case "section" -> section();
            case "pragma" -> {
                in.next();
                pragma(token.line());
            }
            case "loc" -> location();
            case "alias" -> throw in.error(token, "aliases are not supported");
            default -> declaration();
        }
    }

    private void file() {
        in.next();
        int number = (int) in.expectInteger("a file number");
        Token name = in.next();
        if (name.kind() != Kind.STRING) {
            throw in.error(name, "a file name in quotes is expected");
        }
        files.put(number, name.text());
        if (in.accept(",")) {
            in.expectInteger("a time stamp");
            if (in.accept(",")) {
                in.expectInteger("a file size");
            }
        }
    }

    private void section() {
        in.next();
        in.next();
        Token brace = in.peek();
        if (!brace.is("{")) {
            throw in.error(brace, "a section in braces is expected");
        }
        in.skipBraces();
    }

    private void declaration() {
        String linking = "";
        int line = in.peek().line();
        while (true) {
            Token token = in.peek();
            if (token.isDotted("extern")
                    || token.isDotted("visible")
                    || token.isDotted("weak")
                    || token.isDotted("common")) {
                if (!linking.isEmpty()) {
                    throw in.error(token, "two linking directives, the second is");
                }
                linking = in.next().text();
            } else if (token.isDotted("entry") || token.isDotted("func")) {
                functions.add(function(linking, in.next().text().equals("entry"), line));
                return;
            } else if (token.isDotted("global") || token.isDotted("const") || token.isDotted("shared")) {
                variables.list(linking, moduleVariables);
                return;
            } else {
                throw in.error(token, "unknown directive");
            }
        }
    }

    private Function function(String linking, boolean entry, int line) {
        Map<String, List<Integer>> directives = new HashMap<>();
        directives(directives);
        List<Variable> results = List.of();
        if (!entry && in.peek().is("(")) {
            results = variables.parameters();
        }
        String name = in.expectWord("a function name");
        List<Variable> parameters = in.peek().is("(") ? variables.parameters() : List.of();
        directives(directives);
        Statement.Block body = null;
        if (in.peek().is("{")) {
            body = new BodyParser(in, variables).body();
        } else {
            in.expect(";");
        }
        return new Function(name, entry, linking, results, parameters, Map.copyOf(directives), body, line);
    }

    private void directives(Map<String, List<Integer>> directives) {
        while (in.peek().kind() == Kind.DOTTED) {
            Token token = in.next();
            switch (token.text()) {
                case "maxntid",
                        "reqntid",
                        "minnctapersm",
                        "maxnctapersm",
                        "maxnreg",
                        "reqnctapercluster",
                        "maxclusterrank",
                        "abi_preserve",
                        "abi_preserve_control" -> directives.put(token.text(), numbers());
                case "noreturn", "explicitcluster", "blocksareclusters" -> directives.put(token.text(), List.of());
                case "pragma" -> pragma(token.line());
                case "attribute" -> {
                    in.expect("(");
                    while (!in.accept(")")) {
                        if (in.next().kind() == Kind.END) {
                            throw in.error(token, "the attribute is never closed");
                        }
                    }
                }
                default -> throw in.error(token, "unknown directive of a function");
            }
        }
    }

    private List<Integer> numbers() {
        List<Integer> numbers = new ArrayList<>();
        do {
            long value = in.expectInteger("a number");
            if (value < 0 || value > Integer.MAX_VALUE) {
                throw in.error(
                        in.peek(), "the number " + Long.toUnsignedString(value) + " before this is out of range");
            }
            numbers.add((int) value);
        } while (numbers.size() < 3 && in.accept(","));
        return List.copyOf(numbers);
    }

    private Statement.Pragma pragma(int line) {
        return BodyParser.pragma(in, line);
    }

    private void location() {
        BodyParser.location(in);
    }
}
