package dev.clipjet.ptx.syntax;

import dev.clipjet.ptx.syntax.VariableParser.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * PTX text to a syntax tree, in one pass and in time and memory linear in the text. Takes what compilers write for versions 3.1
 * to 9, with and without debugging information; sections of debugging data are passed over. Texts are ASCII, and strict in the
 * way NVIDIA's assembler is. What cannot be read is a {@link PtxSyntaxException} with the line, and no text gives any other
 * exception.
 */
public final class PtxParser {
    /** The longest text, in characters. */
    public static final int MAX_TEXT = 64 << 20;

    private final TokenReader in;
    private final AddressableNames addressable = new AddressableNames();
    private final VariableParser variables;
    private final FunctionParser functions;
    private final ModuleScope scope;
    private final Map<Integer, String> files = new HashMap<>();
    private final List<String> targets = new ArrayList<>();
    private int versionMajor;
    private int versionMinor;
    private int addressSize = 32;

    private PtxParser(String file, String text) {
        in = new TokenReader(file, text);
        scope = new ModuleScope(in);
        variables = new VariableParser(in, addressable);
        functions = new FunctionParser(in, variables, scope, addressable);
    }

    /**
     * Parses a module.
     *
     * @param file name of the text, for messages
     * @param text the text; a zero byte ends it, as it does for a driver
     * @throws PtxSyntaxException if the text is not a module, with the line of the first error
     */
    public static PtxModule parse(String file, String text) {
        if (text.length() > MAX_TEXT) {
            throw new PtxSyntaxException(file, 1, "a text of more than " + MAX_TEXT + " characters", "");
        }
        int zero = text.indexOf('\0');
        return new PtxParser(file, zero < 0 ? text : text.substring(0, zero)).module();
    }

    private PtxModule module() {
        version();
        if (!in.isDotted("target")) {
            throw in.unexpected(".target");
        }
        while (in.acceptDotted("target")) {
            do {
                targets.add(in.expectWord("a target"));
            } while (in.accept(','));
        }
        if (in.acceptDotted("address_size")) {
            int line = in.line();
            addressSize = in.expectInteger("an address size", 0, Integer.MAX_VALUE);
            if (addressSize != 32 && addressSize != 64) {
                throw in.error(line, "an address size other than 32 and 64", Integer.toString(addressSize));
            }
        }
        while (in.kind() != TokenKind.END) {
            element();
        }
        return new PtxModule(
                in.file(),
                versionMajor,
                versionMinor,
                List.copyOf(targets),
                addressSize,
                Map.copyOf(files),
                scope.variables(),
                scope.functions(),
                scope.aliases(),
                in.line());
    }

    private void version() {
        in.expectDotted("version");
        String written = in.written();
        if (in.kind() != TokenKind.DOUBLE || !written.matches("\\d{1,3}\\.\\d{1,3}")) {
            throw in.unexpected("a version such as 8.0");
        }
        int dot = written.indexOf('.');
        versionMajor = Integer.parseInt(written.substring(0, dot));
        versionMinor = Integer.parseInt(written.substring(dot + 1));
        if (versionMajor < 3 || versionMajor == 3 && versionMinor < 1 || versionMajor > 9) {
            throw in.error("versions 3.1 to 9 are known, not " + written);
        }
        in.advance();
    }

    private void element() {
        if (in.kind() != TokenKind.DOTTED) {
            throw in.unexpected("a directive");
        }
        switch (in.word()) {
            case "file" -> file();
            case "section" -> {
                in.advance();
                if (in.kind() != TokenKind.DOTTED) {
                    throw in.unexpected("the name of a section");
                }
                in.advance();
                in.skipSection();
            }
            case "pragma" -> BodyParser.pragma(in);
            case "alias" -> {
                int line = in.line();
                in.advance();
                String name = in.expectWord("a function");
                in.expect(',');
                String function = in.expectWord("a function");
                in.expect(';');
                scope.alias(name, function, line);
            }
            default -> declaration();
        }
    }

    private void file() {
        int line = in.line();
        in.advance();
        int number = in.expectInteger("a file number", 0, Integer.MAX_VALUE);
        String name = SourcePath.decode(in.expectString("a path in quotes"));
        if (files.put(number, name) != null) {
            throw in.error(line, "a second .file of number " + number, name);
        }
        if (in.accept(',')) {
            ConstantExpression.integer(in);
            in.expect(',');
            ConstantExpression.integer(in);
        }
    }

    private void declaration() {
        int line = in.line();
        String linking = "";
        if (in.isDotted("extern") || in.isDotted("visible") || in.isDotted("weak") || in.isDotted("common")) {
            linking = in.word();
            in.advance();
        }
        if (in.isDotted("entry") || in.isDotted("func")) {
            if (linking.equals("common")) {
                throw in.error(".common is for variables");
            }
            functions.read(linking, line);
        } else if (in.isDotted("global") || in.isDotted("const") || in.isDotted("shared")) {
            for (Variable variable : variables.list(linking, Place.MODULE)) {
                scope.declare(variable);
                if (!variable.space().equals("shared")) {
                    addressable.add(variable.name());
                }
            }
        } else {
            throw in.unexpected(linking.isEmpty() ? "a directive of a module" : "a variable or function");
        }
    }
}
