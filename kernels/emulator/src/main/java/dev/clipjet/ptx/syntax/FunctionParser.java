package dev.clipjet.ptx.syntax;

import dev.clipjet.ptx.syntax.VariableParser.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Functions and entries, with their performance directives. */
final class FunctionParser {
    private final TokenReader in;
    private final VariableParser variables;
    private final ModuleScope scope;
    private final AddressableNames addressable;
    private final BodyParser bodies;

    FunctionParser(TokenReader in, VariableParser variables, ModuleScope scope, AddressableNames addressable) {
        this.in = in;
        this.variables = variables;
        this.scope = scope;
        this.addressable = addressable;
        bodies = new BodyParser(in, variables, addressable);
    }

    /** Reads a function with {@code .entry} or {@code .func} ahead and adds it to the module. */
    void read(String linking, int line) {
        boolean entry = in.isDotted("entry");
        in.advance();
        if (!entry && in.acceptDotted("attribute")) {
            variables.attribute();
        }
        List<Variable> results = !entry && in.isMark('(') ? variables.parameters(Place.PARAMETER) : List.of();
        String name = in.expectWord(entry ? "the name of an entry" : "the name of a function");
        scope.check(name, entry, line);
        List<Variable> parameters = in.isMark('(') ? variables.parameters(Place.PARAMETER) : List.of();
        Names names = new Names(in);
        check(results, entry, names);
        check(parameters, entry, names);
        Map<String, List<Integer>> directives = entry ? entryDirectives() : functionDirectives();
        if (!scope.hasFunction(name)) {
            addressable.add(name);
        }
        Statement.Block body = null;
        if (!in.accept(';')) {
            if (!in.isMark('{')) {
                throw in.unexpected("';' or '{'");
            }
            if (linking.equals("extern")) {
                throw in.error("an extern function cannot have a body");
            }
            body = bodies.body(names);
        }
        scope.declare(new Function(name, entry, linking, results, parameters, Map.copyOf(directives), body, line));
    }

    private void check(List<Variable> variablesOfList, boolean entry, Names names) {
        for (Variable variable : variablesOfList) {
            names.declare(variable.name(), variable.line());
            boolean parameter = variable.space().equals("param");
            if (!parameter && (entry || !variable.space().equals("reg"))) {
                throw in.error(
                        variable.line(),
                        "a parameter of " + (entry ? "an entry must be .param" : "a function must be .param or .reg"),
                        variable.name());
            }
        }
    }

    private Map<String, List<Integer>> entryDirectives() {
        Map<String, List<Integer>> directives = new HashMap<>();
        while (in.kind() == TokenKind.DOTTED) {
            switch (in.word()) {
                case "maxntid", "reqntid", "reqnctapercluster" -> put(directives, 3, 1);
                case "minnctapersm", "maxnctapersm", "maxnreg", "maxclusterrank" -> put(directives, 1, 1);
                case "explicitcluster", "blocksareclusters" -> put(directives, 0, 0);
                case "pragma" -> BodyParser.pragma(in);
                default -> throw in.unexpected("a directive of an entry");
            }
        }
        return directives;
    }

    private Map<String, List<Integer>> functionDirectives() {
        Map<String, List<Integer>> directives = new HashMap<>();
        while (in.kind() == TokenKind.DOTTED) {
            switch (in.word()) {
                case "abi_preserve", "abi_preserve_control" -> put(directives, 1, 0);
                case "noreturn" -> put(directives, 0, 0);
                case "pragma" -> BodyParser.pragma(in);
                default -> throw in.unexpected("a directive of a function");
            }
        }
        return directives;
    }

    private void put(Map<String, List<Integer>> directives, int most, int least) {
        String name = in.word();
        int line = in.line();
        in.advance();
        List<Integer> numbers = new ArrayList<>(most);
        if (most > 0) {
            do {
                numbers.add(in.expectInteger("the number of ." + name, least, Integer.MAX_VALUE));
            } while (numbers.size() < most && in.accept(','));
        }
        if (directives.put(name, List.copyOf(numbers)) != null) {
            throw in.error(line, "a directive given twice", "." + name);
        }
    }
}
